# 工作进程（gpu/local.py）和图片（gpu/metadata.py, gpu/grid.py）

error-worker-crashed = 绘制进程在这个任务中途崩溃，每次重试都是如此。请试试更小的图片或更少的张数；如果仍然如此，运营者可以在工作进程的日志中找到原因。
error-timeout = 绘制进程 { $seconds } 秒没有动静，已被结束。请再试一次；如果仍然如此，请告诉运营者。
error-cancelled = 已取消。
error-image-check-source = 图片检查 { $check } 需要它的权重：请在 config.toml 的 [safety.stable_diffusion] source 中写明文件夹或仓库。
error-image-check-unknown = config.toml 的 [safety] image_check 是 { $check }，我不认识。请写 { $known } 之一，或 off。
error-picture-unreadable = 我无法把这个文件读作图片。请发送不超过 64 MB 的 PNG、WebP 或 JPEG。
error-picture-no-parameters = 这张图片不带绘图参数。聊天软件常会去掉它们：请发送原始文件。
error-picture-too-large = 无论什么格式，这张图片都超过了这里允许的 { $limit } 字节。请画小一些，或少画几张。
