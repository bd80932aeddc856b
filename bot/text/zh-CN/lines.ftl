# 由图片和其他提示词得到的提示词（bot/cogs/lines.py）

command-describe = 描述一张图片，并给出能画出类似图片的提示词
command-shorten = 指出提示词中哪些词重要，并给出更短的写法
command-expand = 扩写提示词：风格、视角、光线、细节
option-describe-image = 图片
option-shorten-prompt = 提示词；后面可以加参数，但不能有 --no
option-expand-prompt = 提示词；后面可以加参数
describe-facts = { $format }，{ $width }×{ $height }（{ $ratio }）{ $source ->
    [easel] ，由 Easel 绘制；带有它的参数。
    [a1111] ，由 A1111 或类似程序绘制；带有它的参数。
    [comfyui] ，由 ComfyUI 绘制；带有它的参数。
   *[none] ；没有说明它是怎么制作的。
  }
describe-colours = 颜色：{ $colours }{ $light ->
    [dark] ；暗。
    [dim] ；偏暗。
    [bright] ；明亮。
   *[none] 。
  }
describe-blind = 我这里没有能看懂图片内容的模型：我只比较图片自带的信息、颜色，以及你自己的提示词。
describe-from-metadata = 图片自带的提示词
describe-from-caption = 描述模型看到的内容
describe-from-own-picture = 你自己的提示词，它的图片在相同位置有这样的颜色
describe-from-own-line = 你自己的意思相近的提示词
describe-from-colours = 只依据颜色
shorten-measured = **粗体**词对含义影响最大（由句子编码器测得）；划掉的影响很小。更短的写法：
shorten-tables = **粗体**词最重要，划掉的不太重要，依据词表和词的位置：这里没有安装句子编码器。更短的写法：
shorten-nothing = 这行已经不能再短了。
expand-written = 由本机器人的语言模型续写。按数字绘制对应的一行：
expand-tables = 加上了词表中的风格、视角、光线和细节。按数字绘制对应的一行：
error-describe-nothing = 没有可描述的图片。请附上一张。
error-shorten-weights = 我不能缩短带有权重、:: 或 --no 的提示词：它们的含义会丢失。请去掉它们。
error-pick-gone = 那一行已不在这条消息里。请重新请求。
button-pick-all = 全部绘制
error-describe-gone = 图片已不在这条消息里。请用 /describe 重新描述。
error-describe-refused = 我不描述这张图片：它的内容在这里不被允许（{ $category }）。请换一张。
error-describe-unchecked = 图片检查现在没有回应，未经检查的图片我不会描述。请一分钟后再试。
