# 队列和磁盘（storage/errors.py）

error-queue-full = 你有 { $waiting } 个任务在等待，上限是 { $limit }。请等其中一个画完，或用 /cancel 取消一个。
error-job-not-found = 我不知道任务“{ $job }”。编号写在图片下方；/queue 列出了你的任务。
error-database-in-use = 另一个 Easel 已在使用 { $file }。请先停掉它，或在 config.toml 中换一个 data_dir。
error-database-too-new = { $file } 由更新版本的 Easel 写成（版本 { $version }；当前只认识到 { $known }）。请更新 Easel，或恢复旁边的备份。
error-database-too-old = { $file } 由旧版 Easel 写成。请先用当前版本在它上面启动一次（例如 run 命令），它就会更新。
error-disk-full = 磁盘快满了（剩余 { $free } MB，需要 { $needed } MB），所以暂不绘制新图。请告诉运营者。
