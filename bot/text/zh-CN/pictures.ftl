# 对完成的图片可以做什么（bot/views, bot/remaking.py, bot/gallery.py, bot/cogs/pictures.py）

button-vary-subtle = 变体（轻微）
button-vary-strong = 变体（强烈）
button-vary-region = 变体（局部）
button-zoom = 缩小 2×
button-zoom-less = 缩小 1.5×
button-zoom-custom = 自定义缩放
button-square = 变成正方形
button-remix = Remix
button-same-seed = 种子不变，修改……
button-copy = 复制提示词
button-original = 原始 PNG
form-remix = Remix
form-seed = 种子不变，修改……
form-zoom = 自定义缩放
form-region = 变体（局部）
form-mask = 变体（局部）
form-line = 提示词
form-line-more = 可以随意修改文字和参数。
form-mask-file = 蒙版
form-mask-file-more = 形状相同的图片：白色重画，黑色保留。
form-words-phrase = 要重画什么
form-words-phrase-more = 例如：帽子
region-which = 要重画哪一部分？之后可以为它修改提示词。
region-l3 = 左侧三分之一
region-c3 = 中间三分之一
region-r3 = 右侧三分之一
region-t3 = 上方三分之一
region-m3 = 中间横条
region-b3 = 下方三分之一
region-upload = 上传蒙版
region-words = 用文字指定
job-region = { $linked ->
    [yes] [图 { $index }]({ $link }) 的变体（局部）
   *[no] 图 { $index } 的变体（局部）
  } · { $user }
job-remix = { $linked ->
    [yes] [图 { $index }]({ $link }) 的 Remix
   *[no] 图 { $index } 的 Remix
  } · { $user }
favorite-kept = ⭐ 已收藏。/favorites 可以查看你的收藏。
favorite-posted = ⭐ 已收藏，并展示在本服务器的画廊中。取消星标即可撤下。
favorite-removed = 已从你的收藏中移除。
error-remake-several = 这一行代表 { $count } 张图片。请在这里去掉花括号，或用 /imagine。
error-inpaint-nothing = 请说明要重画哪一部分：选择一个区域，或发送蒙版（白色重画，黑色保留）。
error-zoom-missing = 请用 --zoom 写明缩小多少，从 1 到 2，例如 --zoom 1.4。
error-region-words = 这里没有能按文字在图片中找到物体的模型。请用按钮选择一部分，或上传蒙版（白色重画，黑色保留）。
delivery-elsewhere = 我已无法在 { $channel } 发言，所以直接发给你。
delivery-no-files = 图片画好了，但这里不接受我发的任何文件，小的也不行。按 ✉️ 反应，就能通过私信收到。
error-original-large = 原始文件超过了 Discord 在这里接受的 { $limit } MB。/export 会给出重新绘制所需的一切。

# 命令（bot/cogs/pictures.py, bot/cogs/history.py）

command-show = 再次发出你的一个任务，带上它的按钮
command-vary = 绘制某个任务图片的变体
command-zoom = 画出某个任务图片周围的内容
command-inpaint = 重画图片的一部分，可以是任务的图片或你自己的图片
command-history = 翻看你的任务
command-favorites = 翻看你加了星标的图片
command-gallery = 翻看本服务器展示的图片
command-styles = 查看 --style 可用的风格
option-remake-job = 任务下方的编号
option-remake-picture = 任务中的哪一张图片
option-remake-strong = 与原图差别大一些
option-remake-factor = 缩小多少，从 1 到 2
option-remake-prompt = 那里要画什么；后面可以加参数
option-remake-region = 要重画的部分，写名称或 0 到 1 之间的 left,top,right,bottom
option-remake-image = 你自己的图片，代替任务的图片
option-remake-mask = 形状相同的图片：白色重画，黑色保留
option-search = 提示词中出现的词
option-state = 只看这种状态的任务
error-show-others = /show 只能再次发出你自己的任务；别人的提示词用 /info 查看。
error-inpaint-which = 请写明任务下方的编号，或附上一张图片。
part-left = 左半边
part-right = 右半边
part-top = 上半边
part-bottom = 下半边
part-center = 中间
part-tl = 左上角
part-tr = 右上角
part-bl = 左下角
part-br = 右下角
part-l3 = 左侧三分之一
part-c3 = 中间三分之一
part-r3 = 右侧三分之一
part-t3 = 上方三分之一
part-m3 = 中间横条
part-b3 = 下方三分之一
shelf-history = 你的任务 · 第 { $page } 页
shelf-favorites = 你的收藏 · 第 { $page } 页
shelf-gallery = 本服务器的画廊 · 第 { $page } 页
shelf-empty-history = 没有这样的任务。用 /imagine 开始一个吧。
shelf-empty-favorites = 你还没有这样的收藏。按图片下方的 ⭐ 即可收藏。
shelf-empty-gallery = 这里还没有展示这样的图片。
shelf-state = { $state ->
    [queued] 等待中
    [running] 绘制中
    [review] 等待管理员审核
    [done] 已完成
    [failed] 失败
    [cancelled] 已取消
   *[blocked] 已拦截
  }
button-show = { $index }
gallery-where = 图片的主人给它加上 ⭐ 后，就会展示在 { $channel }。
gallery-none = 本服务器没有画廊频道。运营者可以在 config.toml 的 [gallery.channels] 中设置。

# 消息菜单中的应用（bot/cogs/menus.py）和反应（bot/cogs/reactions.py）

menu-cancel = 取消任务
menu-report = 举报
menu-image = 用作图片提示
menu-parameters = 查看参数
menu-mail = 把图片私信给我
form-picture = 图片
form-picture-more = 您选择的图片的链接；请不要改动。
form-image = 提示词
error-form-picture = 缺少图片的链接。请重新选择那条消息，并且不要改动链接。
form-image-more = 以这张图片为基础画什么；后面可以加参数。
report-thanks = 谢谢。如果有足够多的成员举报这些图片，它们会被隐藏，直到管理员做出决定。
mail-sent = 我已把图片私信给你。
error-mail-others = 只有任务的主人能通过私信收到它的图片。
error-menu-no-picture = 这条消息里没有图片。
error-menu-no-job = 这条消息不是我的任务。请在带有我所画图片的消息上使用。
error-reaction-which = 这里有好几张图片。请先在下方按 U 选出一张，再在那一张下面按 ⬆️。
