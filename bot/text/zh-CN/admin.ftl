# /admin（bot/cogs/admin）

command-admin = 管理员用：审核、处罚、限额、规则、队列和工作进程
admin-channel = 选择管理员审核图片和申诉的频道
admin-review = 查看等待决定的图片和申诉
admin-announce = 以机器人的名义在频道发言
admin-ban = 禁止某个成员在这里绘制
admin-unban = 解除某个成员在这里的封禁和暂停
admin-timeout = 让某个成员暂停绘制
admin-strikes = 查看、增加或免除某个成员的警告
admin-purge = 删除某个成员在这里的所有图片及其消息
admin-settings = 打开本服务器或某个频道的设置，或修改其中一项
admin-policy = 查看本频道允许什么，或对某个类别做出决定
admin-status = 查看队列、工作进程和等待决定的内容
admin-pause = 不再接受本服务器的新任务
admin-drain = 不再接受本服务器的新任务，并画完正在等待的
admin-resume = 重新接受本服务器的任务
admin-queue = 这里所有人的任务
admin-queue-list = 查看这里所有人正在等待或运行的任务
admin-queue-move = 让一个等待中的任务提前或推后
admin-queue-cancel = 停止某个成员的任务
admin-limits = 成员可以用多少
admin-limits-show = 查看本服务器的所有限额和权重
admin-limits-server = 限制本服务器的所有人
admin-limits-channel = 限制某个频道的所有人
admin-limits-role = 限制某个身份组的成员；有多个身份组时取最宽松的
admin-limits-user = 限制某个成员，不论其身份组
admin-weights = 给某个身份组更大或更小的设备份额
admin-models = 哪些模型在这里绘制
admin-models-allow = 只允许这些模型在这里绘制
admin-models-default = 选择未写模型时使用的模型
admin-words = 本服务器自己的词
admin-words-add = 在这里拦截一个词，或放行词表拦截的词
admin-words-remove = 删除本服务器的一个词
admin-words-list = 查看本服务器的词
admin-words-test = 按这里的规则检查一行提示词，并查看原因
admin-audit = 谁对谁做了什么
admin-audit-search = 搜索管理员和检查在这里做过的事
admin-audit-export = 以 CSV 文件获取本服务器的日志
admin-worker = 绘制进程，供运营者使用
admin-worker-list = 查看工作进程
admin-worker-restart = 结束一个工作进程并启动新的
admin-worker-warm = 在有人使用之前加载一个模型
admin-option-user = 成员
admin-option-reason = 原因；会写入日志，成员也会看到
admin-option-channel = 成员看不到的频道；不填：不再使用频道
admin-option-announce-channel = 在哪里；不选则在这里
admin-option-text = 要说的内容；不会提及任何人
admin-option-ban-hours = 多长时间；0：永久
admin-option-timeout-minutes = 多长时间
admin-option-strikes-change = 对警告做什么
admin-option-everywhere = 在所有服务器，供机器人的运营者使用
admin-option-job = 任务的编号
admin-option-queue-to = front：提前，费用加倍；back：没有别人等待时再画
admin-option-limit-field = 限制什么
admin-option-limit-value = 多少；不填：不做这种限制
admin-option-limit-channel = 频道
admin-option-role = 身份组
admin-option-weight = 相对其他成员的设备份额，如 2；不填：与所有人相同
admin-option-models = 名称，用逗号隔开；不填：所有模型
admin-option-model = 模型的名称
admin-option-word = 词或短语
admin-option-word-kind = 对含有它的提示词做什么
admin-option-word-prompt = 要检查的提示词
admin-option-settings-channel = 频道；不填则为整个服务器
admin-option-settings-name = 要修改的默认值；不填则在面板中显示全部
admin-option-settings-value = 新的值；不填则恢复默认
admin-option-category = 提示词和图片涉及的内容
admin-option-policy-action = 对它们做什么；inherit：沿用下一层的决定
admin-option-policy-where = 在本频道，或在整个服务器
admin-option-audit-actor = 谁做的
admin-option-audit-target = 对谁或对什么：成员编号、任务、词
admin-option-audit-action = 做了什么，例如 ban
admin-option-audit-days = 只看最近几天
admin-option-worker = 工作进程的编号
button-yes = 是的，执行
button-no = 不
confirm-working = 正在处理……
confirm-left = 没有做任何改动。
error-question-over = 这个问题已经回答过、已过期，或不是问你的。请重新输入命令。
error-bad-setting = 不能这样设置 { $field }：{ $problem }。
error-word = 一个词有 1 到 { $limit } 个字符，一个服务器最多 { $most } 个词。
error-word-unknown = “{ $word }”不是本服务器自己的词。/admin words list 可以查看。
error-model-unknown-here = 没有模型 { $model }。可用的有：{ $models }。
error-model-not-offered = { $model } 不在这里绘制。可用的有：{ $models }。
error-channel-not-allowed = 在本服务器，我只在 { $channels } 绘制。请到那里写，或请管理员用 /admin settings 修改。
error-job-started = 任务 { $job } 已不在等待。
error-worker-unknown = 没有工作进程 { $index }。编号从 0 开始，共有 { $count } 个。
error-channel-public = 那个频道所有人都能看到。请选择只有管理员能看到的频道：被扣留的图片会发到那里。
error-policy-adult = 成人类别只能在有年龄限制的频道开放。请先在频道设置中标记为年龄限制。
admin-channel-set = 从现在起，审核和申诉会发到 { $channel }。
admin-channel-none = 现在没有管理员频道了。/admin review 可以查看等待的内容。
admin-announce-sure =
    要在 { $channel } 说这些吗？
    { $text }
admin-announce-done = 已在 { $channel } 发出。
admin-ban-sure =
    要{ $hours ->
        [0] 永久
       *[other] 在 { $hours } 小时内
    }禁止 { $user } 在这里绘制吗？原因：{ $reason }
admin-ban-done =
    { $user } { $until ->
        [0] 不能再在这里绘制
       *[other] 在 <t:{ $until }:f> 之前不能在这里绘制
    }。对方已收到通知，可以申诉。
admin-unban-done =
    { $count ->
        [0] { $user } 在这里本来就没有被限制绘制。
       *[other] { $user } 又可以在这里绘制了。
    }
admin-timeout-done = { $user } 在 <t:{ $until }:f> 之前被暂停绘制。
admin-strikes-head =
    { $user } 有 { $count } 次有效警告。当前处罚：{ $sanction ->
        [none] 无
       *[other] { $sanction }（结束于 { $until }）
    }
admin-strike-line = { $when } · { $category } · 由 { $actor } · { $reason }
admin-purge-sure = 要删除 { $user } 在本服务器画的所有图片以及机器人的相关消息吗？等待中的任务会被取消。此操作无法撤销。
admin-purge-done = 已清除 { $user } 的 { $count } 个任务。
admin-policy-line = `{ $category }` **{ $action }** · 服务器：{ $server } · 本频道：{ $here }
admin-policy-floor = 涉及未成年人或真实人物的性内容在任何地方都会被拦截，无法设置。
admin-status-mode = 本服务器：**{ $here }** · 所有服务器：**{ $everywhere }**
admin-status-queue = 这里：{ $running } 个运行，{ $waiting } 个等待
admin-status-workers = 工作进程：{ $count } 个中 { $ready } 个就绪
admin-status-review = 等待管理员：{ $reviews } 个审核，{ $appeals } 个申诉 · 频道：{ $channel }
admin-status-everywhere = 全部 { $servers } 个服务器：{ $running } 个运行，{ $waiting } 个等待
admin-open = 本服务器重新接受任务。
admin-paused = 本服务器不接受新任务。还会画完 { $waiting } 个。/admin resume 结束暂停。
admin-draining = 本服务器不接受新任务。还有 { $waiting } 个要画；/admin status 显示剩余数量。/admin resume 可以结束。
admin-paused-sure = 要在所有服务器暂停吗？在 /admin resume 之前不接受新任务，等待中的也不会开始。
admin-draining-sure = 要在所有服务器不接受新任务，并画完等待中的吗？
admin-paused-everywhere = 已全部暂停。/admin resume 加上“everywhere”可以结束。
admin-draining-everywhere = 所有服务器都不接受新任务；/admin status 显示还在等待的数量。/admin resume 加上“everywhere”可以结束。
admin-queue-empty = 本服务器没有等待或运行的任务。
admin-queue-line =
    `{ $job }` { $state ->
        [running] 🖌️
       *[other] ⏳
    } { $user } · **{ $line }** · { $lane } · { $when }
admin-queue-moved =
    任务 { $job } { $to ->
        [front] 移到最前：更早绘制，费用加倍
        [back] 移到最后：没有别人等待时再画
       *[other] 回到其他任务之间
    }。
admin-limits-line = { $scope } { $target }：{ $rule }
admin-limits-none = 本服务器没有自己的限额。
admin-limits-set = { $scope } { $target } 的 { $field }：{ $before } → { $after }
admin-models-allowed = 在这里绘制的模型：{ $models }。
admin-models-default-set = 未写模型的提示词由 { $model } 绘制。
admin-words-added =
    ||{ $word }|| { $kind ->
        [allow] 在这里放行，但底线仍然有效。
       *[block] 在这里被拦截。
    }
admin-words-removed = ||{ $word }|| 不再是本服务器的词。
admin-words-line = ||{ $word }|| · { $kind }
admin-words-none = 本服务器没有自己的词。
admin-words-verdict =
    结论：**{ $action }** · 类别：{ $category }
    成员看到的：{ $reason }
    词表中找到：{ $found }
    其中本服务器自己的词：{ $own }
admin-audit-line = { $when } **{ $action }** { $target } 由 { $actor } · { $before } → { $after } · { $reason }
admin-audit-none = 日志中没有符合的记录。
admin-audit-file = 本服务器的日志，最新的在前。时间是自 1970 年起的秒数。
admin-worker-line = **{ $index }** { $state ->
        [ready] 就绪
       *[other] 正在启动
    } · { $jobs } 个任务 · { $device } · 进程 { $pid }
admin-worker-none = 没有工作进程。
admin-worker-sure = 要结束工作进程 { $index } 并启动新的吗？它的任务会重新开始。
admin-worker-restarted = 工作进程 { $index } 正在重启。
admin-worker-warmed = { $model } 已加载，用时 { $seconds } 秒。
