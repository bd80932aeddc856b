# OpenAI 的模型（gpu/openai.py, bot/prompt/models.py, storage/spending.py）

error-openai-refused = OpenAI 自己的安全检查拒绝了这个请求。请修改提示词，或换一个 --model 绘制。
error-openai-billing = OpenAI 不再为本机器人绘制：账户余额已用完。请换一个 --model 绘制，并告诉机器人的运营者。
error-openai-key = OpenAI 不接受本机器人的密钥。请换一个 --model 绘制，并请机器人的运营者重新设置 OPENAI_API_KEY。
error-openai-permission = OpenAI 不允许本机器人使用 { $model }。请换一个 --model 绘制；运营者可能需要在 platform.openai.com 验证组织。
error-openai-model = OpenAI（已）没有模型 { $model }。请换一个 --model 绘制，并请机器人的运营者修改 [openai.models]。
error-openai-busy = 本机器人对 OpenAI 的请求太多，等待之后仍被拒绝。请一分钟后再试。
error-openai-timeout = OpenAI 在 { $seconds } 秒内没有给出结果。请再试一次，或加 --quality draft。
error-openai-unreachable = 无法连接 OpenAI。请稍后再试，或换一个 --model 绘制。
error-openai-down = OpenAI 自身出现故障。请稍后再试，或换一个 --model 绘制。
error-openai-declined = OpenAI 不接受对 { $model } 的这个请求；原因在机器人的日志里。请修改参数，或换一个 --model 绘制。
error-openai-answer = OpenAI 的回答里没有可读取的图片。请再试一次，或换一个 --model 绘制。
error-openai-unchecked = 图片到了，但图片检查无法查看，所以不予展示。请告诉机器人的运营者。
error-openai-unavailable = { $model } 由 OpenAI 绘制，本机器人还不能请求它。请换一个 --model 绘制；运营者需要设置 OPENAI_API_KEY 并安装 requirements-openai.txt。
error-model-shut-down = OpenAI 已于 { $date } 停用 { $written }，这里也没有配置 OpenAI 的其他模型。请去掉 --model，或选择另一个。
error-size-not-offered = { $model } 不画 { $size }，只画 { $sizes }。请用 --ar 选择其中一种形状。
error-cost-limit = 这需要 { $price }，而每位成员每天可用 { $limit }，你已用 { $spent }。UTC 午夜之后（{ $hours } 小时后）可以继续，或现在换一个免费的 --model。
note-model-shut-down = { $written } 已于 { $date } 停用；改用 { $model } 绘制。
note-openai-unused = { $model } 不接受 { $flags }；绘制时已忽略。
