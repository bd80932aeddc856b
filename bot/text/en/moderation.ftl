# Moderation: who may draw (bot/gate.py), what is shown where (bot/guard.py), what moderators decide (bot/moderation.py)

sanction-ban-for-good = You may not draw here{ $reason }. If you think that is a mistake, you can appeal.
sanction-ban = You may not draw here{ $reason } until <t:{ $until }:f> (<t:{ $until }:R>). If you think that is a mistake, you can appeal.
sanction-timeout = You have a break from drawing here{ $reason } until <t:{ $until }:t> (<t:{ $until }:R>). If you think that is a mistake, you can appeal.
sanction-timeout-for-good = You have a break from drawing here{ $reason }. A moderator ends it.
error-member-new = New members can draw here after a while. Your turn comes <t:{ $until }:R>.
error-account-new = Accounts as young as yours cannot draw here yet. Your turn comes <t:{ $until }:R>.
error-cooldown = One job at a time, please: you can draw again <t:{ $until }:R>.
error-daily-images = You have used your { $limit } pictures of today here. There are new ones <t:{ $until }:R>.
error-daily-seconds = You have used your { $limit } seconds of drawing time of today here. There is more <t:{ $until }:R>.
error-picture-held = These pictures wait for a moderator, who decides whether they can be shown. You will see it here.
error-picture-deleted = A moderator removed these pictures. Read the rules of this server before you try again.
error-review-unknown = There is nothing to decide about here: that job is not under review on this server.
error-review-decided = Another moderator has decided this already.
error-appeal-unknown = I know no such appeal on this server.
error-appeal-decided = Another moderator has decided this appeal already.
error-appeal-limit = You can appeal { $limit } times a day. A moderator will read what you wrote.
error-not-allowed = That is for moderators of this server.
safety-block-words = This prompt contains a word that this server does not allow. Reword it and try again.

notice-strike = A prompt or picture of yours was against the rules here{ $reason }. This is warning { $count }; at { $limit } you get a break.
notice-pardoned = You may draw again. Welcome back.
notice-appeal-granted = A moderator read your appeal and agreed with you. You may draw again.
notice-appeal-refused = A moderator read your appeal and kept the decision.
