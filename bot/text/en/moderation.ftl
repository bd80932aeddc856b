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

error-own-case = Those are your own pictures. Another moderator decides about them.
error-appeal-nothing = There is nothing to appeal: no strike, break or ban of yours counts there.
error-not-admin = That is for those who may manage this server (Manage Server).
error-not-operator = That concerns every server. It is for the operators that config.toml names under [discord] operators.
error-not-below = You cannot do that to yourself, to a bot or to another moderator. An administrator can.
error-rank-unknown = Discord does not say just now who that is, so nothing was done. Try again in a moment.

# The moderators' channel (bot/desk.py), reviews, appeals
letter = From **{ $server }**: { $text }
review-title = Pictures wait for a moderator
review-reason = { $reason ->
    [reports] 🙈 Reported by { $count ->
        [one] one member
       *[other] { $count } members
    }.
   *[other] 👀 The check found: { $reason }.
  }
review-about = by { $user } in { $channel } · { $link } · opened { $when }
    Scores: { $scores } · Strikes that count: { $strikes } · job { $job }
review-none = Nothing waits for a moderator.
review-more = { $count } wait; these are the oldest.
button-approve = Approve
button-delete = Delete
button-warn = Delete and warn
button-timeout = Delete and time out
button-ban = Delete and ban
review-approve-done = Approved by { $moderator }: the pictures are shown, behind a spoiler.
review-delete-done = Deleted by { $moderator }.
review-warn-done = Deleted by { $moderator }, with a strike for the member.
review-timeout-done = Deleted by { $moderator }, and the member has a break.
review-ban-done = Deleted by { $moderator }, and the member is banned from drawing.
button-appeal = Appeal
modal-appeal = Appeal
modal-appeal-text = Why was that a mistake?
appeal-sent = Thank you. The moderators of that server read it, and you will hear from them here.
appeal-title = A member appeals
appeal-about = { $user } appeals against a { $about } · { $when }
    In force: { $sanction } · Strikes that count: { $strikes }
button-grant = Grant
button-refuse = Refuse
appeal-granted-done = Granted by { $moderator }: sanctions are ended, the newest strike is forgiven.
appeal-refused-done = Refused by { $moderator }.

error-report-nothing = There are no pictures of mine here that could be reported.
