# 演示页面（bot/demo.py）

demo-ready = 演示已打开：{ $url }
    图片保存在 { $folder }。按 Ctrl-C 结束。
demo-welcome = **欢迎使用 Easel。** 机器人是真的，只有周围的 Discord 是模拟的。输入 `/imagine`，按回车，写下你想看到的画面：
    `{ $example }`
    { $model ->
    [starter] Easel 自带的模型很小：它在有颜色名的背景上画一样东西（动物、植物、食物、车辆、心形……），风格是 *3d render* 或 *flat icon*。
   *[other] 图片由模型 { $model } 绘制。
    } 图片下方：**U** 单独发出一张，**V** 绘制它的变体，🔄 重新生成。在顶部可以切换 alice 和 bob。
demo-example = a strawberry, flat icon, on a white background
error-demo-port = 端口 { $port } 已被占用。请换一个：python -m bot demo --port { $other }
