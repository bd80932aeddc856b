# 模型（gpu/sources.py, gpu/hub.py, gpu/loading.py, gpu/device.py）

error-model-missing = { $source } 处没有任何内容。请把 "source" 设为文件夹、.safetensors 文件，或 org/name 这样的 hub 仓库。
error-model-repo = 没有名为 { $source } 的文件夹或 hub 仓库，或者它是私有的。请检查拼写；私有仓库请设置 HF_TOKEN。
error-model-revision = hub 仓库 { $source } 没有版本 { $revision }。请从它的页面复制 40 位的提交编号。
error-model-gated = hub 仓库 { $source } 需要授权：请在它的页面接受许可证，然后把 HF_TOKEN 设为你的令牌。
error-model-offline = 无法连接 hub（或设置了 HF_HUB_OFFLINE），而 { $source } 的版本 { $revision } 在本机缓存中不完整。请联网一次，或把 "source" 设为已有的文件夹或文件。
error-model-hub = 请求 { $source } 时 hub 回答：{ $problem }。请稍后再试。
error-model-disk = { $source } 还需要 { $needed }，而 { $folder } 只剩 { $free }。请在那里腾出空间，或把 HF_HOME 设到另一块磁盘。
error-model-disk-full = 把 { $source } 下载到 { $folder } 时磁盘满了，剩余 { $free }。请在那里腾出空间，或把 HF_HOME 设到另一块磁盘；下载会从中断处继续。
error-model-pickle = { $source } 的权重只有 pickle 格式：{ $file }。pickle 在打开时会运行代码，所以 Easel 从不读取：请使用带 .safetensors 文件的版本。
error-model-part = { $source } 不完整：缺少 { $part }，它应在 { $folder } 中。请重新下载，或检查它是不是完整的模型。
error-model-family = { $source } 属于 { $found } 系列，而不是 { $family }。请修改 config.toml 中的 "family" 或 "source"。
error-model-family-unknown = 没有模型系列 { $family }。可以是：{ $families }。
error-model-file = 文件 { $file } 已损坏或不完整（{ $problem }）。请删除后重新下载。
error-model-weights = { $file } 缺少 config.json 要求的 { $count } 个权重，例如 { $example }。请重新下载。
error-model-lora = { $source } 的 { $file } 不是适合这个模型的 LoRA。请检查 config.toml 中的 "loras"。
error-model-broken = 无法加载 { $source }：{ $problem }
error-device-missing = 没有设备 { $device }，只有 { $found }。请把 config.toml 中的 "device" 设为 auto，或安装相应版本的 torch。
