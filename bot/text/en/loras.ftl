# LoRAs (gpu/loras.py, gpu/adapters.py, bot/cogs/loras.py)

error-lora-unknown = There is no LoRA “{ $name }” any more. /loras lists those that there are.
error-lora-family = The LoRA “{ $name }” was made for another kind of model than { $model }. Choose another model with --model, or leave it out.
error-loras = The model { $model } draws with no LoRA of a line yet. Leave --lora out, or choose another --model: SDXL and Stable Diffusion 1.5 can.
command-loras = Show the LoRAs that --lora can name
error-merge-mixed = One of the files is a LoRA and another is not: merge LoRAs with LoRAs and checkpoints with checkpoints.
error-merge-different = { $first } and { $second } differ in { $count } tensors, such as { $tensor }: only files of one family and shape can be merged.
error-merge-half = { $tensor } has no second factor, so the file is no whole LoRA. Download it again.
error-merge-type = { $tensor } of { $file } holds { $type } numbers, which cannot be added. Use a file in 16 or 32 bits.
loras-none = There are no LoRAs yet: the operator puts .safetensors files into the folder that config.toml names.
loras-line = **{ $name }** { $about } · rank { $rank }, { $size } MB
loras-trigger = adds “{ $trigger }” to the prompt

# Embeddings (gpu/embeddings.py, gpu/inversion.py, bot/prompt/embedded.py)

error-model-embedding = { $file } is no embedding for SD 1.5 or SDXL.
error-embedding-family = The embedding “{ $name }” was made for another kind of model than { $model }. Choose another model with --model, or leave the word out.
command-embeddings = Show the embeddings: words that a model was taught later
embeddings-none = There are no embeddings yet: the operator puts .safetensors files into the folder that config.toml names.
embeddings-line-sdxl = **{ $name }** for SDXL models · counts as { $count ->
    [one] 1 token
   *[other] { $count } tokens
 }
embeddings-line-sd15 = **{ $name }** for SD 1.5 models · counts as { $count ->
    [one] 1 token
   *[other] { $count } tokens
 }
note-embeddings = Heard as embeddings: { $names }.
note-embeddings-other = { $names }: embeddings for another kind of model; { $model } reads plain words.
