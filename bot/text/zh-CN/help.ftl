# 提示和提示词帮助（bot/prompt/hints.py, bot/cogs/prompting.py）

note-negative-default = 已排除：{ $words }（--no none 可以放行）
note-hint-script = { $model } 学的是英文，{ $script } 文字对它意义不大。用英文写，才能画出你想要的画面。
note-hint-long = 约 { $tokens } 个词和符号：{ $parts ->
    [0] 这个模型大约只读前 { $limit } 个，其余会被截掉。
   *[other] 会分成 { $parts } 段、每段 { $limit } 个来读，不会截断。
  }
note-hint-keywords = { $count } 个短语超出了模型能遵循的数量；/shorten 可以找出重要的。
note-hint-blurred = { $steps } 步对这个模型偏少，它适合 { $usual } 步。
note-hint-burnt = 引导强度 { $now } 常使颜色过曝；约 { $less } 更稳妥。
hint-title = **哪里可以更好？** 找找让你不满意的地方：
hint-script = **画的不是你要的？** { $script } 文字对 { $model } 意义不大：请用英文写。
hint-long = **少了什么？** 文字约有 { $tokens } 个词和符号。{ $parts ->
    [0] 这个模型大约只读前 { $limit } 个；其余被截掉了。
   *[other] 它分成 { $parts } 段、每段 { $limit } 个来读；不会截断，但前面的最重要。
  }
hint-keywords = **内容太多？** 逗号之间有 { $count } 个短语{ $filler ->
    [none] {""}
   *[other] ；这些没什么作用：{ $filler }
  }。`/shorten` 可以找出重要的。
hint-blurred = **模糊或没画完？** 用了 { $steps } 步：试试 `--steps { $more }`{ $sampler ->
    [none] {""}
   *[other] ，或 `--sampler { $sampler }`
  }。
hint-off-prompt = **和你写的不一样？** { $more ->
    [none] 给重要的词更大的权重：`(red fox:1.3)`。
   *[other] 引导强度是 { $now }：试试 `--cfg { $more }`，或给词更大的权重：`(red fox:1.3)`。
  }
hint-burnt = **颜色过曝、刺眼？** 引导强度是 { $now }：试试 `--cfg { $less }`。
hint-slow = **太慢？** { $model ->
    [none] `--quality draft` 步数更少，`--n 1` 只画一张。
   *[other] `--model { $model }` 只需几步（LCM、Turbo 或 Lightning）；`--quality draft` 和 `--n 1` 也有帮助。
  }
hint-memory = **内存不足？** { $images } 张 { $width }×{ $height }：试试更小的 `--ar` 或 `--n 1`；运营者可以选更小的模型，或让模型的一部分留在主内存（offload）。
hint-precise = **precise** 在低引导强度下遵循控制图：在有 ControlNet 的模型上，把图片作为 `control_image` 发送。
button-hints = 哪里可以更好？
command-prompt = 用表单写一行提示词：主体、风格、视角、光线、细节、质量
modal-prompt = 写一行提示词
modal-prompt-subject = 主体
modal-prompt-subject-more = 图片的内容，例如雪地里的一只红狐狸
modal-prompt-style = 风格
modal-prompt-scene = 视角和光线
modal-prompt-details = 细节
modal-prompt-details-more = 其他内容，用逗号隔开；后面可以加参数，如 --ar 3:2
modal-prompt-quality = 质量
modal-prompt-view = 视角：{ $word }
modal-prompt-light = 光线：{ $word }
modal-prompt-any = 选择，或留给模型决定
prompt-written = 这是你的提示词。可以复制，也可以运行：
