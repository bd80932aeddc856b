# 模型：能做什么、允许什么（bot/prompt/limits.py, bot/cogs/models.py）

note-corrected-num-inference-steps = { $model } 用 { $low } 到 { $high } 步绘制，所以 { $wished } 步改成了 { $now } 步。
note-corrected-guidance-scale = { $model } 的引导强度在 { $low } 到 { $high } 之间，所以 { $wished } 改成了 { $now }。
note-corrected-scheduler = { $model } 只能用 { $known } 绘制，所以 { $wished } 改成了 { $now }。
note-negative-unheard = { $model } 在这里不用引导强度绘制，所以 --no 不起作用。
note-non-commercial = { $model } 不得用于商业用途：{ $licence }。
models-licence-unknown = 许可证未知
models-line-openai = • `{ $model }` · 由 OpenAI 绘制 · { $sizes } · 每张图片的费用：{ $prices }
models-line =
    • `{ $model }`{ $default ->
        [yes] （默认）
       *[no] {""}
    } · { $steps } 步，{ $sampler } · { $licence }{ $commercial ->
        [no] {" "}· **不可商用**
       *[yes] {""}
    }{ $versions ->
        [none] {""}
       *[other] {" "}· 绘制 { $versions }
    }
