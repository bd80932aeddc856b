# 静态图库的页面（bot/album）

album-empty = 这里没有可显示的图片。
album-page = 第 { $number } 页，共 { $count } 页
album-newer = ← 较新
album-older = 较旧 →
album-more = 参数
album-seed = 种子
album-model = 模型
album-size = 尺寸
album-steps = 步数
album-cfg = 引导强度
album-sampler = 采样器
album-made = 绘制日期
album-job = 任务
album-licence = 许可证
error-album-folder = { $folder } 中有 { $file }，它不是由我的图库写入的，因此我不会替换那里的任何内容。请用 --out 指定一个新的或空的文件夹。
error-album-database = 还没有图片：{ $file } 不存在。--guild 和 --user 查询机器人的数据库；不加它们时，图库显示命令行绘制的图片。
