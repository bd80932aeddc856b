# Discord：命令（bot/cogs）

command-imagine = 用一行文字画一张图
command-queue = 查看你正在等待或运行的任务，以及预计完成时间
command-cancel = 停止你的一个任务
command-info = 查看某个任务或你上传的图片的提示词和参数
command-export = 把任务导出为 ComfyUI 工作流或 A1111 参数
command-models = 查看这里可用的模型及其许可证
command-help = 查看入门方法、参数和按钮
option-prompt = 图片的内容；后面可以加参数，如 --ar 3:2
option-image = 作为起点的图片；提示词写 = 时，按图片自带的参数来画
option-mask = 图片中要重画的部分：白色重画，黑色保留
option-control_image = 要遵循其轮廓、深度或姿势的图片
option-style_image = 要采用其风格的图片
option-style_image_2 = 另一张风格图片
option-character_image_2 = 另一张角色图片
option-character_image = 要再次画出的人物的图片
option-job = 任务下方的编号
option-picture = Easel、A1111 或 ComfyUI 生成的 PNG、WebP 或 JPEG 文件
option-format = 要用在哪个程序里
option-index = 只要其中一张，编号与按钮相同
queue-empty = 你没有正在等待或运行的任务。用 /imagine 开始一个吧。
queue-waiting = ⏳ **{ $line }** · { $ahead ->
    [0] 下一个
   *[other] 前面还有 { $ahead } 个
  } · 完成于 { $when } · { $link }
queue-running = 🖌️ **{ $line }** · 正在绘制 · 完成于 { $when } · { $link }
cancel-cancelled = **{ $line }** 已取消。
cancel-done = **{ $line }** 已经完成了。图片下方的 🗑️ 可以删除它们。
cancel-failed = **{ $line }** 之前已经失败了。
cancel-blocked = **{ $line }** 之前已经被拦截了。
info-state = { $state ->
    [queued] 等待中
    [running] 绘制中
    [review] 等待管理员审核
    [done] 已完成
    [failed] 失败
    [cancelled] 已取消
   *[blocked] 已拦截
  } · 由 { $user } 于 { $when } 提交 · 占用设备 { $cost } 秒 · { $link }
info-picture = 由 { $source ->
    [easel] Easel
    [a1111] A1111 或类似程序
   *[comfyui] ComfyUI
  } 绘制：{ $sampler }，{ $steps } 步，cfg { $cfg }，种子 { $seed }，{ $width }×{ $height }{ $model ->
    [none] {""}
   *[other] ，模型 { $model }
  }。下面这行省略了本机器人没有的模型或 LoRA：
info-picture-control = 它遵循了一张控制图，文件里没有这张图：请作为 control_image 附上一张，并加 --control "{ $control }"。
export-ready = { $name } 适用于 { $format ->
    [comfyui] ComfyUI：拖到它的页面上，或发送到它的 HTTP 接口。
   *[a1111] A1111：粘贴到提示词框，再按下方的箭头按钮。
  }
info-parent = 来自任务 { $job } 的图 { $index }（{ $link }）
help-intro = 输入 **/imagine**，写下你想看到的画面。参数写在文字后面，如 `a red fox in the snow --ar 3:2 --steps 20`，也可以作为选项选择。图片下方：**U** 单独发出一张，**V** 绘制它的变体，🔄 重新生成，🗑️ 删除。反应 1️⃣–4️⃣、🔁、❌ 和 ✉️ 作用相同；✉️ 会把图片私信给你。
help-flag = { $flags } { $values } · { $help }
