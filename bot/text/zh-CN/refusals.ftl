# Discord：被拒绝的操作（bot/delivery.py, bot/permissions.py, bot/mailbox.py）

error-not-yours = 这个任务属于别人。只有它的主人，或在本频道有“管理消息”权限的成员可以这样做。
error-picture-gone = 任务 { $job } 的图片已不再保存；这是它的提示词。可以再运行一次，也可以先修改。
error-image-blocked = 图片检查发现这些图片含有不能展示的内容（{ $category }），因此一张都没有保留。请修改提示词，或换一个种子。
error-picture-withheld = 这个任务有一张图片不能在这里展示（{ $category }）。请询问管理员，或到允许的频道绘制。
error-missing-permission = 我还不能在这个频道工作：缺少 { $permission } 权限。请让管理员为我开启，然后再试。
error-unreachable = 我无法给你发私信。请在本服务器的隐私设置中允许成员私信，然后再试。
delivery-hint = 你有 { $count } 个任务已经结束，但我既不能在频道发言，也不能给你发私信：{ $jobs }。请用 /info 加编号查看，再在我能发言的频道按 🔄 或重新运行同一行。
