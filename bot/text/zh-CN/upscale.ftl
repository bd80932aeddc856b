# 更大的图片（bot/enlarging.py, bot/cogs/upscale.py, gpu/upscalers）

command-upscale = 把图片放大到四倍
option-upscale-image = 要放大的图片
option-upscale-job = 或任务下方的编号
option-upscale-picture = 任务中的哪一张图片
option-upscale-upscaler = 用来放大的网络
option-upscale-creative = 放大到两倍，并画上细节
option-upscale-prompt = 图片画的是什么；sd-x4 会按此绘制，其他放大器不听文字
option-upscale-noise_level = 用于 sd-x4：先加在图片上的噪声；越多越自由发挥
note-enlarged = 放大四倍，使用 { $upscaler }
note-creative = 放大两倍，使用 { $upscaler }，并画上细节
error-enlarge-nothing = 没有可放大的内容。请附上图片，或写明任务下方的编号。
error-enlarge-pixels = 这张图片有 { $width }×{ $height } 像素，太大而无法放大。请发送最大约 { $side }×{ $side } 的图片。
error-redraw = 模型 { $model } 不能给整张图片画上细节。请换一个模型，或放弃这个要求。
error-upscaler-missing = 这里没有安装放大器的权重。运营者可以安装：pip install { $package }
error-upscaler-not-supported = { $model } 的图片在这里不能用“{ $upscaler }”放大。请去掉 --upscaler，或换一个模型。
error-upscaler-model = 放大器“{ $upscaler }”是一个模型，这里没有配置。请选择别的放大器；运营者可以在 config.toml 中添加系列为 "{ $upscaler }" 的模型。
error-enlarger-alone = 模型 { $model } 只用来放大图片，不能单独绘制。请选择别的模型（/models），并用 --upscaler 选择它。
error-upscaler-unknown = 这里没有放大器“{ $upscaler }”。可用的有：{ $upscalers }。
