# 首次使用、/help 和 /blend（bot/views/welcome.py, bot/cogs/help.py, bot/blending.py）

welcome = **欢迎！** 你写什么，我就画什么：输入 **/imagine** 和几个词即可。图片下方有继续创作的按钮；**/prompt** 帮你写提示词，**/help** 介绍全部功能。也可以按下面的按钮试试：
rules = **规则：** 不得在服务器不允许的地方画色情或暴力图片，绝不能涉及未成年人或真实人物；不得骚扰或欺骗他人。你画的图片别人看得到，文件中会注明由机器绘制，也可以被举报。由管理员裁决。
help-commands = **命令**
help-command = `/{ $command }` · { $help }
command-blend = 把两到五张图片融合成一张，无需文字
option-blend-image1 = 第一张图片
option-blend-image2 = 第二张图片
option-blend-image3 = 第三张图片
option-blend-image4 = 第四张图片
option-blend-image5 = 第五张图片
option-blend-dimensions = 竖幅 2:3、方形 1:1 或横幅 3:2
note-blend-heard = { $count } 张图片，每一张的影响都相同。
note-blend = { $count } 张图片叠在一起，再以 --strength { $strength } 重画：这个模型没有能理解多张图片的适配器。
error-blend-count = 融合需要两到五张图片；你发送了 { $count } 张。
