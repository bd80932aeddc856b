# 设置和偏好（bot/cogs/settings.py, bot/preferences.py）

command-settings = 查看或修改你的默认设置，以及本频道或服务器的默认设置
command-prefer = 你自己的参数、后缀，以及按钮对你的作用方式
command-prefer-option = 你自己的参数
command-prefer-option-set = 把文字和参数存为你自己的一个参数
command-prefer-option-list = 查看你自己的参数
command-prefer-suffix = 在你的每一行后面加上文字或参数
command-prefer-remix = 切换：V 和重新生成是否让你先修改提示词
command-prefer-auto-dm = 切换：完成的图片是否也私信给你
command-prefer-variability = 切换：V 绘制强烈还是轻微的变体
option-setting = 要修改的设置；不填则显示全部
option-setting-value = 新的值；不填则恢复默认
option-setting-of = 谁的设置：你的；服务器管理者还可以选频道或服务器的
option-own-name = 它的名称，如 mine 对应 --mine
option-own-value = 它代表的内容；不填则删除该参数
option-suffix = 要加在每一行后面的内容；不填则不加
settings-line = { $layer ->
    [user] `{ $flag }` { $value } · 你的选择
    [channel] `{ $flag }` { $value } · 来自本频道
    [guild] `{ $flag }` { $value } · 来自本服务器
   *[default] `{ $flag }` 由模型决定
  }
settings-set = { $of ->
    [me] 你
    [channel] 本频道
   *[server] 本服务器
  }的 { $flag } 现在是 { $value }。
settings-reset = { $of ->
    [me] 你
    [channel] 本频道
   *[server] 本服务器
  }的 { $flag } 已恢复默认。
prefer-option-set = --{ $name } 现在是你的参数了：可以写在任何一行里。
prefer-option-gone = --{ $name } 已删除。
prefer-option-none = 你还没有自己的参数。用 /prefer option set 创建一个。
prefer-suffix-set = 它现在会加在你的每一行后面。不带值的 /prefer suffix 可以去掉它。
prefer-suffix-gone = 现在你的行后面不加任何内容。
prefer-remix = Remix 已{ $state ->
    [on] 开启：V 和重新生成会让你先修改提示词
   *[off] 关闭：V 和重新生成会直接绘制
  }。
prefer-auto-dm = { $state ->
    [on] 现在，服务器里完成的图片也会私信给你
   *[off] 完成的图片不再私信给你
  }。
prefer-variability = V 现在绘制{ $state ->
    [high] 强烈
   *[low] 轻微
  }的变体。
error-settings-admin = 频道或服务器的设置只有服务器管理者可以修改。要修改你自己的，请不要填“of”。
error-settings-name = 请写明这个值属于哪个设置。
error-option-name = “{ $written }”不能作为参数名：请用字母和数字，以字母开头，最多 32 个字符。
error-option-taken = --{ $name } 已经是一个参数。请换一个名称。
error-option-many = 你已有 { $limit } 个自己的参数，达到上限。请用不带值的 /prefer option set 删除一个。
info-member = 绘制中 { $running } 个，等待中 { $waiting } 个 · 速度 { $speed } · 至今 { $jobs } 个任务，占用设备 { $seconds } 秒。要看某个任务，请写明是哪个；要看图片，请放到“picture”里。
