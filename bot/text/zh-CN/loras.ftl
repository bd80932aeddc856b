# LoRA（gpu/loras.py, gpu/adapters.py, bot/cogs/loras.py）

error-lora-unknown = LoRA“{ $name }”已经没有了。/loras 列出了可用的 LoRA。
error-lora-family = LoRA“{ $name }”不是为 { $model } 这类模型制作的。请用 --model 换一个模型，或去掉它。
error-loras = 模型 { $model } 还不能使用行中的 LoRA。请去掉 --lora，或换一个 --model：SDXL 和 Stable Diffusion 1.5 可以。
command-loras = 查看 --lora 可用的 LoRA
error-merge-mixed = 其中一个文件是 LoRA，另一个不是：LoRA 只能和 LoRA 合并，模型只能和模型合并。
error-merge-different = { $first } 和 { $second } 有 { $count } 个张量不同，例如 { $tensor }：只有系列和形状相同的文件才能合并。
error-merge-half = { $tensor } 没有第二个因子，所以这个文件不是完整的 LoRA。请重新下载。
error-merge-type = { $file } 的 { $tensor } 是 { $type } 数值，不能相加。请用 16 或 32 位的文件。
loras-none = 还没有 LoRA：运营者把 .safetensors 文件放进 config.toml 指定的文件夹即可。
loras-line = **{ $name }** { $about } · 秩 { $rank }，{ $size } MB
loras-trigger = 会在提示词中加入“{ $trigger }”

# 嵌入（gpu/embeddings.py, gpu/inversion.py, bot/prompt/embedded.py）

error-model-embedding = { $file } 不是 SD 1.5 或 SDXL 的嵌入。
error-embedding-family = 嵌入“{ $name }”不是为 { $model } 这类模型制作的。请用 --model 换一个模型，或去掉这个词。
command-embeddings = 查看嵌入：模型后来学会的词
embeddings-none = 还没有嵌入：运营者把 .safetensors 文件放进 config.toml 指定的文件夹即可。
embeddings-line-sdxl = **{ $name }** 用于 SDXL 模型 · 相当于 { $count } 个 token
embeddings-line-sd15 = **{ $name }** 用于 SD 1.5 模型 · 相当于 { $count } 个 token
note-embeddings = 作为嵌入理解：{ $names }。
note-embeddings-other = { $names } 是其他类型模型的嵌入；{ $model } 把它们当作普通的词。
