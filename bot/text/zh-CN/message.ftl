# Discord：任务的消息（bot/views/message.py）

job-waiting = { $attempt ->
    [0] 等待开始
   *[other] 工作进程已重启，正在重新等待开始
  }
job-place = { $ahead ->
    [0] 下一个就是你
    [99] 前面有超过 98 个任务
   *[other] 前面有 { $ahead } 个任务
  } · 完成于 { $when }
job-running = { $percent } %
job-loading = 正在加载 { $model }
job-again = 工作进程已重启：从头重新绘制。
lane-turbo = 极速
lane-fast = 快速
lane-relax = 慢速
job-over = { $user }，已完成。
job-done-when = 完成于 { $when }
job-cancelled = 已取消
job-variations = { $linked ->
    [yes] [图 { $index }]({ $link }) 的变体
   *[no] 图 { $index } 的变体
  } · { $user }
job-outpaint = { $linked ->
    [yes] [图 { $index }]({ $link }) 的扩图
   *[no] 图 { $index } 的扩图
  } · { $user }
job-image = { $linked ->
    [yes] [图 { $index }]({ $link })
   *[no] 图 { $index }
  } · { $user }
job-enlarged = { $linked ->
    [yes] [图 { $index }]({ $link }) 的放大图
   *[no] 图 { $index } 的放大图
  } · { $user }
job-reroll = { $linked ->
    [yes] [重新生成]({ $link })
   *[no] 重新生成
  } · { $user }
job-facts = 种子 { $seed } · { $steps } 步 · cfg { $cfg } · { $sampler } · { $width }×{ $height } · { $model } · 任务 { $job }
job-id = 任务 { $job }
job-alt-text = { $count } 张由机器绘制的图片，提示词：{ $prompt }
job-facts-api = 质量 { $quality } · { $width }×{ $height } · { $model } · 费用 { $price } · 任务 { $job }
button-cancel = 取消
button-upscale = U{ $index }
button-upscale-subtle = 放大（忠实）
button-upscale-creative = 放大（创意）
button-vary = V{ $index }
button-run = 运行这行
button-run-these = 用这些绘制
button-unknown = 这个按钮来自我的旧版本，我已不知道它的作用。请用 /imagine 重新运行那行提示词。
