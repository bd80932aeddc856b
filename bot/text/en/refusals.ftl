# Discord: what is refused (bot/delivery.py, bot/permissions.py, bot/mailbox.py)

error-not-yours = That job belongs to someone else. Its owner can do that, or a member with Manage Messages in this channel.
error-picture-gone = The pictures of job { $job } are no longer stored; here is its line. Run it again, or change it first.
error-image-blocked = The image check found something in these pictures that may not be shown ({ $category }), so none was kept. Change the line, or try another seed.
error-picture-withheld = A picture of this job may not be shown here ({ $category }). Ask a moderator, or draw it in a channel where it is allowed.
error-missing-permission = I cannot work in this channel yet: I lack { $permission }. Ask a moderator to allow that for me here, then try again.
error-unreachable = I cannot send you a direct message. Allow direct messages from members of this server in its privacy settings, then try again.
delivery-hint = { $count ->
    [one] One of your jobs has
   *[other] { $count } of your jobs have
  } ended, but I could neither write in the channel nor send you a direct message: { $jobs }. Run /info with that id, and 🔄 or the same line in a channel where I may write.
