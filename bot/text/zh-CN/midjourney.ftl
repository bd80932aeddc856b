# Midjourney 的参数（bot/prompt/midjourney.toml）

note-mj-niji = { $flag } 是 Midjourney 自己的模型，这里没有为它设置模型：我在 { $model } 上用了“anime”风格。
note-mj-version = { $flag } 是 Midjourney 自己模型的版本，这里没有为它设置模型：由 { $model } 绘制。{ $known ->
    [none] --model 和 /models 列出了可用的模型。
   *[other] 已设置的有 { $known }；--model 和 /models 列出了全部可用的模型。
  }
note-stylize-plain = --stylize 是风格的强度，而这里没有风格：请加上 --style，或去掉它。
note-stylize-off = --stylize 0 去掉了“{ $style }”风格。
note-flag-unheard = 绘制 { $model } 的流程不认识 { $flags }；它没有起作用。
note-chaos-one = --chaos 让一组图片彼此不同；这里只有一张，所以它只是与不加时不同。
note-flag-idle = 没有 { $needs } 时，{ $flag } 不起作用。
note-hires-picture = 与 --upscaler { $upscaler } 一起时，--hires-by latent 不起作用：它放大的是图片，不是潜变量。
note-quality-overruled = --quality { $quality } 在这里不起作用：它会设置的值，这一行已经写明了。
error-prompt-mj-video = 我画图片，不做视频，所以这里没有 { $flag }。画图片请去掉它。
error-prompt-mj-profile = { $flag } 指的是 Midjourney 服务器上的个人档案或情绪板，我无法读取。请用文字描述画面风格，或发送一张它的图片。
error-prompt-mj-oref = 这里没有 { $flag }。请把人物的图片作为 character_image 附上。
error-prompt-mj-edit = 这里没有 { $flag }。请把图片作为 image 附上，并用 --mask 写明要重画的部分。
error-prompt-mj-versions = { $flag } 选择的是 Midjourney 某个部分的版本，这里没有。请去掉它。
error-prompt-mj-exp = { $flag } 是 Midjourney 自己模型的实验功能。--stylize 和 --chaos 与它相近。
error-prompt-mj-visibility = 这里没有 { $flag }：图片在哪里请求，就在哪里可见。想要只有自己看到的图片，请私信我。
error-prompt-mj-legacy = { $flag } 属于旧版 Midjourney，现在没有意义。请去掉它。
error-prompt-mj-upscalers = { $flag } 是旧版 Midjourney 的放大器。请用放大按钮，或 --upscaler。
error-prompt-mj-sameseed = 没有 { $flag }。--seed 加 --n 1 可以重现一张图片。
error-prompt-mj-size = 没有 { $flag }：像素数由模型决定。形状用 --ar 3:2 选择。
error-prompt-mj-hq = 没有 { $flag }。--quality high 会用更多步数。
