# 文字之外的图片：图像提示、风格、角色（gpu/references.py, bot/referring.py）

error-adapter-style = 模型“{ $model }”不能按图片的风格绘制：它没有风格适配器。请去掉风格图片和 --sref，或换一个 --model。管理员：config.toml 中的 [models.{ $model }.ip_adapters] style，见 docs/models.md。
error-adapter-character = 模型“{ $model }”不能绘制图片中的角色：它没有角色适配器。请去掉角色图片和 --cref，或换一个 --model。管理员：config.toml 中的 [models.{ $model }.ip_adapters] character，见 docs/models.md。
error-adapter-image = 模型“{ $model }”不能参考图片：它没有图像适配器。请用 /imagine 重新发送图片，或换一个 --model。管理员：config.toml 中的 [models.{ $model }.ip_adapters] image，见 docs/models.md。
error-adapter-file = IP-Adapter “{ $file }”不属于模型“{ $model }”，或者根本不是 IP-Adapter。请告诉管理员；在此之前请去掉图片。
error-adapter-blocks = 模型“{ $model }”的 IP-Adapter 写了它没有的块。请告诉管理员：config.toml 中的 `blocks`。在此之前请去掉图片。
error-reference-style = { $flag } 是关于风格图片的，而这里没有。请以 style_image 附上一张，或在 --sref 后写链接；否则请去掉 { $flag }。
error-reference-character = { $flag } 是关于角色图片的，而这里没有。请以 character_image 附上一张，或在 --cref 后写链接；否则请去掉 { $flag }。
error-reference-count = { $flag } 有 { $weights } 个权重，而图片有 { $pictures } 张。请按顺序为每张图片写一个，或只写一个，或不写。
error-prompt-references = { $flag } 为每张图片取一个 { $low } 到 { $high } 的权重，例如 { $flag } 2, 1；您写的是“{ $written }”。图片本身请作为附件发送，或写成链接：{ $flag } 链接::2。
error-prompt-reference-code = “{ $written }”是 Midjourney 自己服务的风格代码，其他模型都不知道它代表什么。请改为以 { $option } 附上一张这种风格的图片；{ $flag } 则写它的权重。
error-prompt-reference-link = { $flag } 在这里不接受“{ $written }”这样的链接，因为链接会过期。请写在马上绘制的一行里，或以 { $option } 附上图片；{ $flag } 则写它的权重。
note-image-prompt = 这张图片作为图像提示（--iw { $weight }）。加上 --strength 则在它上面绘制。
note-image-weight-drawn = 在图片上绘制，所以 --iw { $weight } 变成了 --strength { $strength }。
note-references-left = 已去掉第一张图片所参考的图片：{ $model } 没有相应的适配器
