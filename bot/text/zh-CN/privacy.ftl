# 成员自己的数据（bot/privacy.py, bot/cogs/privacy.py, bot/views/privacy.py）

command-privacy = 我知道你的哪些信息：查看、获取、删除
command-privacy-show = 我知道你的哪些信息，按数量列出
command-privacy-export = 以文件形式获取我知道的关于你的一切
command-privacy-delete = 删除我知道的关于你的一切
option-privacy-messages = 也删除我发出的带有你图片的消息（默认删除，除非你选否）
privacy-show = 我存有你的 { $files } 个文件（{ $megabytes } MB），数据库中还有这些记录：
privacy-show-more = `/privacy export` 把全部数据给你，`/privacy delete` 把它们删除。
privacy-export = 你的数据，文件 { $part }。`data.json` 是数据库记录；图片在它旁边。
privacy-export-more = 以上是 { $parts } 个文件，还有一些这里放不下。其余的请向本机器人的运营者索取。
privacy-export-too-large = 这些文件超过了 Discord 的上限。请向本机器人的运营者索取：{ $names }
privacy-ask = 要删除我知道的关于你的一切吗？你的任务会被取消；提示词、图片、设置和举报会被清除，备份中的也一样。我的消息会保留。此操作无法撤销。
privacy-ask-messages = 要删除我知道的关于你的一切吗？你的任务会被取消；提示词、图片、设置、举报以及我发出的带有你图片的消息会被清除，备份中的也一样。此操作无法撤销。
button-erase = 全部删除
button-erase-nothing = 保留
privacy-kept = 没有删除任何内容。
privacy-erased = 已删除：{ $rows } 条记录、{ $files } 个文件、{ $messages } 条消息；清理了 { $backups } 个备份。重新清点：剩余 { $left }。
privacy-erased-kept = 仍有效的封禁、暂停或警告会保留到结束，记在一个看不出你是谁的编号下。
cli-privacy-sure = 要删除成员 { $user } 的一切吗？此操作无法撤销。
command-terms = 规则，以及我保存什么、保存多久
terms = 图片由机器绘制，并在元数据中注明。我会保存你写的内容、你发送的图片和我画的图片。{ $days ->
    [0] 图片会一直保留，直到你删除。
   *[other] 图片在 { $days } 天后删除；你的请求列表会保留，直到你删除。
  } `/privacy show` 可以查看有什么，`/privacy delete` 可以全部清除。
terms-read = 条款：{ $url }
terms-privacy = 隐私：{ $url }
