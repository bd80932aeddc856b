# 随提示词发送的图片（gpu/inputs.py, bot/inputs.py）

error-input-empty = 你发送的图片是空文件。请重新发送。
error-input-bytes = 你发送的图片有 { $size } MB，上限是 { $limit } MB。请发送小一些的。
error-input-type = { $found ->
    [unknown] 你发送的不是我能读取的图片。
   *[other] 你发送的不是我能读取的图片；它看起来像 { $found }。
  } 请发送 PNG、JPEG、WebP、GIF、BMP 或 TIFF。
error-input-pixels = 你发送的图片太大：上限是 { $limit } 百万像素，边长 { $side }。请发送小一些的。
error-input-broken = 你发送的图片已损坏或不完整。请在你那边打开、重新保存后再发送。
error-input-hybrid = 你发送的图片里藏有另一种文件，所以我不接受。请重新保存为 PNG 再发送。
error-input-gone = 这个任务所依据的一张图片已不再保存或已损坏。请用 /imagine 重新发送。
error-input-starts = 只能以一张图片为起点，而你发送了多张。请只发送其中一张。
error-input-masks = 只能有一张蒙版，而你发送了多张。请把所有要重画的部分在一张里涂成白色。
error-input-many = 你发送的图片超过了 { $limit } 张的上限。请去掉一些。
error-input-mask-alone = 蒙版说明图片的哪一部分要重画，所以还需要一张图片。请一并发送。
error-input-missing = { $flag } 针对随提示词发送的图片，但这里没有图片。请发送一张，或去掉 { $flag }。
error-input-region = --mask 没有“{ $written }”。请写 left、right、top、bottom、center，或 0 到 1 之间的 left,top,right,bottom，如 0.5,0,1,1；前面加 outside: 表示除此以外的全部；transparent 表示图片自身的透明部分。
note-image-weight = 这个模型没有图片适配器，因此 --iw { $weight } 变成了 --strength { $strength }。
error-input-role = 模型“{ $model }”不能{ $role ->
    [image] 在图片上绘制
    [mask] 重画图片的一部分（蒙版）
    [control] 遵循控制图（--control）
    [style] 按图片的风格绘制（--sref）
    [character] 绘制图片中的人物（--cref）
    [prompt] 参考图片（--iw）
   *[other] 使用“{ $role }”类型的图片
  }。请去掉它，或换一个 --model：SDXL 和 Stable Diffusion 1.5 可以。
