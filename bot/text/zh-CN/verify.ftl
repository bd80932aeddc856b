# /verify (bot/cogs/verify.py, bot/views/origin.py)

command-verify = 查明一张图片是不是我画的，用的是哪个模型
option-verify-picture = 图片文件；缩小过或丢了元数据的副本也行
option-verify-message = 或者我的一条消息：它的链接或编号
verify-made = ✅ 这张图片是我在 { $when } 用模型 **{ $model }** 画的：任务 `{ $job }` { $index ->
    [0] 的全部图片
   *[other] 的第 { $index } 张
  }。
verify-by-metadata = 它的元数据写明了任务，画面也相符。
verify-by-claim = 它的元数据写明了任务，但这里已经没有可以对照的图片：元数据本身是可以复制的。
verify-by-picture = 它的元数据没有写明；我是从画面认出它的（64 个特征中有 { $distance } 个不同）。
verify-by-message = 它就在我的一条消息里。
verify-more = **{ $line }** · 由 { $user } 请求 · { $link }
verify-unknown = 我不认识这张图片：不是我画的，或者已在这里删除，或者改动太大。这并不说明它是不是别的机器画的。
error-verify-nothing = 请附上图片，或用链接或编号指出我的一条消息。
error-verify-message = 那不是我的带图消息。请附上图片本身。
cli-verify-locked = 机器人正在使用 { $file }：请用 /verify 询问它。这里只查找了命令行画的图片。
