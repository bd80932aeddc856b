# 设置和偏好（bot/cogs/settings.py, bot/preferences.py）

command-settings = 打开你的默认设置面板，或修改其中一项
command-prefer = 你自己的参数、后缀，以及按钮对你的作用方式
command-prefer-option = 你自己的参数
command-prefer-option-set = 把文字和参数存为你自己的一个参数
command-prefer-option-list = 查看你自己的参数
command-prefer-suffix = 在你的每一行后面加上文字或参数
command-prefer-remix = 切换：V 和重新生成是否让你先修改提示词
command-prefer-auto-dm = 切换：完成的图片是否也私信给你
command-prefer-variability = 切换：V 绘制强烈还是轻微的变体
option-setting = 要修改的设置；不填则在面板中显示全部
option-setting-value = 新的值；不填则恢复默认
option-own-name = 它的名称，如 mine 对应 --mine
option-own-value = 它代表的内容；不填则删除该参数
option-suffix = 要加在每一行后面的内容；不填则不加
settings-line = { $layer ->
    [user] `{ $flag }` { $value } · 你的选择
    [channel] `{ $flag }` { $value } · 来自本频道
    [guild] `{ $flag }` { $value } · 来自本服务器
   *[default] `{ $flag }` { $value } · 默认值
  }
settings-set = { $of ->
    [user] 你
    [channel] 该频道
   *[guild] 本服务器
  }的 { $flag } 现在是 { $value }。
settings-reset = { $of ->
    [user] 你
    [channel] 该频道
   *[guild] 本服务器
  }的 { $flag } 已恢复默认。
panel-user = **你的设置** · 一行里写明的总是优先
panel-channel = **{ $channel } 的设置** · 成员自己的选择优先于它们
panel-guild = **本服务器的设置** · 频道和成员的设置优先于它们
panel-habits = Remix { $remix ->
    [on] 已开启
   *[none] 已关闭
  } · V 绘制{ $variability ->
    [high] 强烈
   *[none] 轻微
  }的变体 · 图片{ $auto_dm ->
    [on] 也会私信给你
   *[none] 只留在你请求的地方
  }
panel-own = 后缀：{ $suffix ->
    [none] 无
   *[other] { $suffix }
  } · 自己的参数：{ $flags ->
    [none] 无
   *[other] { $flags }
  }（用 /prefer 修改）
panel-rule-models = 模型：{ $models ->
    [all] 全部
   *[other] { $models }
  }
panel-rule-channels = 可以绘制的频道：{ $channels ->
    [all] 全部
   *[other] { $channels }
  }
panel-rule-gallery = 画廊：{ $channel ->
    [none] 无
   *[other] { $channel }
  }
panel-rule-language = 所有人可见内容的语言：{ $language ->
    [none] 请求者的语言
   *[other] { $language }
  }
panel-rule-limits = 限制：/admin limits show
panel-menu-model = 模型：{ $value }
panel-menu-quality = 质量：{ $value }
panel-menu-style = 风格：{ $value }
panel-menu-aspect-ratio = 形状：{ $value }
panel-menu-models = 可以绘制的模型；不选则为全部
panel-menu-channels = 可以绘制的频道；不选则为全部
panel-menu-gallery = 画廊频道；不选则按 config.toml
panel-menu-language = 所有人可见内容的语言
panel-nothing-user = 按频道或服务器的设置，否则为默认值
panel-nothing-channel = 按服务器的设置，否则为默认值
panel-nothing-guild = 默认值
panel-language-none = 请求者的语言
menu-more = 更多…
panel-style-raw = RAW 模式
panel-stylize-50 = 风格化：低
panel-stylize-100 = 风格化：中
panel-stylize-250 = 风格化：高
panel-stylize-750 = 风格化：很高
panel-remix-on = Remix 模式
panel-variability-high = 强烈变体
panel-variability-low = 轻微变体
panel-auto-dm-on = 私信给我
panel-speed-turbo = 极速
panel-speed-fast = 快速
panel-speed-relax = 悠闲
panel-num-images-1 = 1 张图
panel-num-images-2 = 2 张图
panel-num-images-3 = 3 张图
panel-num-images-4 = 4 张图
panel-reset = 重置
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
error-settings-not-yours = 这个面板属于别人，没有任何改动。用 /settings 打开你自己的。
error-settings-elsewhere = 该频道或服务器不是你所在的地方，没有任何改动。请在那里打开 /admin settings。
error-settings-name = 请写明这个值属于哪个设置。
error-option-name = “{ $written }”不能作为参数名：请用字母和数字，以字母开头，最多 32 个字符。
error-option-taken = --{ $name } 已经是一个参数。请换一个名称。
error-option-many = 你已有 { $limit } 个自己的参数，达到上限。请用不带值的 /prefer option set 删除一个。
info-member = 绘制中 { $running } 个，等待中 { $waiting } 个 · 速度 { $speed } · 至今 { $jobs } 个任务，占用设备 { $seconds } 秒。要看某个任务，请写明是哪个；要看图片，请放到“picture”里。
