# 控制图（bot/controlling.py, bot/cogs/control.py, gpu/control）

command-control = 查看一张图片的控制图：轮廓、深度、姿势……
option-control-image = 图片
option-control-kind = 从中提取什么
note-control-shown = 控制图：{ $kind }。要按它绘制，请作为 control_image 附上，并加 --control { $kind }:ready
note-control-around = 这里不遵循控制图：它没有说明图片周围有什么
note-control-gone = 已去掉 --control：这张图片已经没有控制图。要遵循控制图，请在 /imagine 中附上
note-precise = --quality precise 是为按控制图绘制准备的：请附上一张，并加 --control canny
error-control-net = 模型 { $model } 没有“{ $kind }”的 ControlNet；它有：{ $known }。运营者可以在 config.toml 中添加：[models.{ $model }.controlnets] { $kind } = …（docs/control.md）。
error-control-missing = --control 需要一张要遵循的图片。请作为 control_image 附上。
error-control-kind = 收到了控制图，但不知道要从中提取什么。请加上例如 --control canny。
error-control-count = { $controls } 个控制和 { $pictures } 张控制图对不上。请共用一张，或按相同顺序各发一张。
error-control-package = “{ $kind }”类型的控制图需要一个这里没有安装的软件包。运营者可以安装：pip install { $package }（docs/control.md）。
error-control-folder = “{ $kind }”类型的控制图需要一个网络。运营者可以在 config.toml 的 [control] 中写明它的文件夹或模型库仓库（docs/control.md）；或者发送现成的控制图并加 --control { $kind }:ready。
error-control-classes = [control] seg 中的网络有 { $count } 个类别，而 ControlNet 认得的是 ADE20K 的 { $wanted } 个类别。运营者可以填写一个用 ADE20K 训练的网络，例如 SegFormer（docs/control.md）。
error-control-pose = 姿势需要在单独的环境中安装 mediapipe 0.10.21。运营者可以在 config.toml 的 [control] pose 中写明它的 Python（docs/control.md）；或者发送现成的控制图并加 --control pose:ready。
error-prompt-control = { $flag } 可以是 { $choices }，每个后面可加 { $low } 到 { $high } 的权重和步数区间：canny:0.8:0-0.6。你写的是“{ $written }”。
