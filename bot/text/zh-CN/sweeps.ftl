# 一行提示词的多个任务（bot/prompt/cells.py, bot/sweeping.py, storage/sweeps.py）

command-sweep = 用一两个设置的多个值绘制同一行，并在一张对比图上比较
option-sweep-prompt = 图片的内容；后面可以加参数，如 --seed 7
option-sweep-x = 列：prompt、cfg、steps、sampler、model 或 lora，以及它的值：cfg 3, 5, 7
option-sweep-y = 行，写法相同：sampler Euler, DDIM

confirm-sweep = 这一行代表 **{ $jobs } 个任务**，共 { $pictures } 张图片：约占用设备 { $minutes ->
    [0] { $seconds } 秒
   *[other] { $minutes } 分钟
  }{ $price ->
    [0] {""}
   *[other] ，费用 { $price }
  }。{ $sheet ->
    [yes] 全部画完后，我会把它们放到一张对比图上。
   *[no] {""}
  }要绘制吗？
confirm-sweep-more = … 还有 { $count } 个
button-draw-all = 绘制
button-draw-none = 取消
button-cancel-all = 全部取消
sweep-queued = { $jobs } 个任务正在等待；每个在这里都有自己的消息。它们合起来是任务 { $job }：/cancel 可以全部停止。
sweep-declined = 没有绘制任何内容。
sweep-cancelled = { $count ->
    [0] 它们都已经结束了。
   *[other] 已取消 { $count } 个任务。
  }
sweep-choice = 全部：{ $line }

error-sweep-over = 这个问题已经回答过了。要再画一次，请重新写这一行。
error-sweep-many = 这代表 { $count } 个任务，一行的上限是 { $limit }。请去掉一些值。
error-sweep-full = 这需要 { $count } 个任务的位置。你有 { $waiting } 个在等待，同时最多等待 { $limit } 个，所以一个也没有加入队列。请去掉一些值，或等其他任务画完。
error-sweep-axis = “{ $written }”不是一个轴。请写 { $names } 之一，再写用逗号隔开的值，例如：cfg 3, 5, 7
error-sweep-twice = 两个轴都是 { $name }。请为其中一个换别的设置。
error-sweep-braces = 对比绘制的值写在 x 和 y 里。请去掉花括号，或用 /imagine；要换词请写：prompt red, blue
error-sheet-alone = 这是一张对比图。其中的图片各有自己的消息和按钮。

job-sheet = { $user } 的对比图
note-sheet = 已画 { $drawn } / { $cells }；每张图片都有自己的消息。
sheet-blocked = 被图片检查拦截
sheet-failed = 失败
sheet-cancelled = 已取消
sheet-review = 等待管理员审核
sheet-gone = 已删除
sheet-withheld = 不在这里展示
