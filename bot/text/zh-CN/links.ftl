# 一行中的图片链接（bot/prompt/links.py, bot/linking.py, bot/fetching.py）

error-link-elsewhere = 我只从 Discord 自己的服务器读取图片，所以不读取“{ $written }”。请在任意频道发送图片并复制它的链接（以 `https://cdn.discordapp.com/attachments/` 开头），或者把它附在命令上。要画成文字的网址请写在双引号里。
error-link-expired = Discord 不再提供该链接下的图片：链接已过期，或消息已删除。请重新附上图片，或从消息中复制新的链接。
error-link-failed = Discord 的服务器没有给我该链接下的图片。请过一分钟再试，或附上图片。
error-link-flag = { $flag } 不接受链接。图片链接写在文字前面，或写在 --sref 和 --cref 后面。
error-link-braces = 链接不能写在花括号里：它的图片属于花括号生成的每一行。请写在花括号前面。
error-link-kept = 链接一天后就会过期，所以不能为以后的提示词保存。请在这里去掉它，并写在要绘制的那一行里。
error-link-weight = 链接的权重为 0 到 { $limit }，例如 链接::2；您写的是“{ $written }”。
error-link-drawn-on = 链接::2 这样的权重表示图片被参考多少，而这张图片是在上面绘制的。请去掉权重并写 --iw 或 --strength，或选择有图像适配器的 --model。
