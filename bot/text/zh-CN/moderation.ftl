# 管理：谁可以绘制（bot/gate.py），哪里展示什么（bot/guard.py），管理员的决定（bot/moderation.py）

sanction-ban-for-good = 你不能在这里绘制{ $reason }。如果你认为这是误判，可以申诉。
sanction-ban = 你在 <t:{ $until }:f>（<t:{ $until }:R>）之前不能在这里绘制{ $reason }。如果你认为这是误判，可以申诉。
sanction-timeout = 你在 <t:{ $until }:t>（<t:{ $until }:R>）之前被暂停绘制{ $reason }。如果你认为这是误判，可以申诉。
sanction-timeout-for-good = 你在这里被暂停绘制{ $reason }，由管理员解除。
error-member-new = 新成员要过一段时间才能在这里绘制。你可以绘制的时间：<t:{ $until }:R>。
error-account-new = 像你这样新注册的账号还不能在这里绘制。你可以绘制的时间：<t:{ $until }:R>。
error-cooldown = 请一个一个来：下次可以绘制的时间：<t:{ $until }:R>。
error-daily-images = 你今天在这里的 { $limit } 张图片已用完。额度恢复：<t:{ $until }:R>。
error-daily-seconds = 你今天在这里的 { $limit } 秒绘制时间已用完。额度恢复：<t:{ $until }:R>。
error-picture-held = 这些图片正等待管理员决定能否展示。结果会显示在这里。
error-picture-deleted = 管理员删除了这些图片。再次尝试之前，请先阅读本服务器的规则。
error-review-unknown = 这里没有要决定的事：该任务不在本服务器的审核中。
error-review-decided = 另一位管理员已经做出了决定。
error-appeal-unknown = 我在本服务器找不到这个申诉。
error-appeal-decided = 另一位管理员已经处理了这个申诉。
error-appeal-limit = 每天可以申诉 { $limit } 次。管理员会看到你写的内容。
error-not-allowed = 只有本服务器的管理员可以这样做。
safety-block-words = 这行提示词含有本服务器不允许的词。请换个说法再试。

notice-strike = 你的一行提示词或一张图片违反了这里的规则{ $reason }。这是第 { $count } 次警告；满 { $limit } 次会被暂停绘制。
notice-pardoned = 你又可以绘制了。欢迎回来。
notice-appeal-granted = 管理员看了你的申诉，同意你的说法。你又可以绘制了。
notice-appeal-refused = 管理员看了你的申诉，维持原来的决定。
error-own-case = 这是你自己的图片，由另一位管理员决定。
error-appeal-nothing = 没有可申诉的：你在那里没有有效的警告、暂停或封禁。
error-not-admin = 这只限可以管理本服务器的人（“管理服务器”权限）。
error-not-operator = 这涉及所有服务器，只限 config.toml 的 [discord] operators 中列出的运营者。
error-not-below = 你不能对自己、机器人或其他管理员这样做。服务器的 Administrator 可以。
error-rank-unknown = Discord 现在没有说明这是谁，所以什么也没有做。请稍后再试。

# 管理员频道（bot/desk.py）、审核、申诉
letter = 来自 **{ $server }**：{ $text }
review-title = 有图片等待管理员决定
review-reason =
    { $reason ->
        [reports] 🙈 被 { $count } 名成员举报。
       *[other] 👀 检查发现：{ $reason }。
    }
review-about =
    由 { $user } 在 { $channel } · { $link } · 开始于 { $when }
    评分：{ $scores } · 有效警告：{ $strikes } · 任务 { $job }
review-none = 没有等待管理员决定的内容。
review-more = 共 { $count } 个在等待；这些是最早的。
button-approve = 通过
button-delete = 删除
button-warn = 删除并警告
button-timeout = 删除并暂停
button-ban = 删除并封禁
review-approve-done = { $moderator } 已通过：图片以剧透遮挡展示。
review-delete-done = { $moderator } 已删除。
review-warn-done = { $moderator } 已删除，并警告了该成员。
review-timeout-done = { $moderator } 已删除，并让该成员暂停绘制。
review-ban-done = { $moderator } 已删除，并禁止该成员绘制。
button-appeal = 申诉
modal-appeal = 申诉
modal-appeal-text = 为什么这是误判？
appeal-sent = 谢谢。该服务器的管理员会阅读，结果会在这里告诉你。
appeal-title = 有成员申诉
appeal-about =
    { $user } 对 { $about } 提出申诉 · { $when }
    当前处罚：{ $sanction } · 有效警告：{ $strikes }
button-grant = 同意
button-refuse = 拒绝
appeal-granted-done = { $moderator } 已同意：处罚解除，最近一次警告被免除。
appeal-refused-done = { $moderator } 已拒绝。
error-report-nothing = 这里没有我画的、可以举报的图片。
