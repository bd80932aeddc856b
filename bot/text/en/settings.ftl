# Settings and preferences (bot/cogs/settings.py, bot/preferences.py)

command-settings = Show or change your defaults, and those of this channel or server
command-prefer = Your own flags, your suffix, and how buttons work for you
command-prefer-option = Flags of your own
command-prefer-option-set = Keep words and flags under a flag of your own
command-prefer-option-list = Show your own flags
command-prefer-suffix = Put words or flags behind every line of yours
command-prefer-remix = Switch whether V and re-roll let you change the line first
command-prefer-auto-dm = Switch whether finished pictures are also sent to you directly
command-prefer-variability = Switch whether V draws strong or subtle variations
option-setting = The setting to change; without it, all are shown
option-setting-value = Its new value; without one it is reset
option-setting-of = Whose: yours, or for those who manage the server the channel's or the server's
option-own-name = Its name, such as mine for --mine
option-own-value = What it stands for; without it the flag is removed
option-suffix = What to put behind every line; without it, nothing
settings-line = { $layer ->
    [user] `{ $flag }` { $value } · your choice
    [channel] `{ $flag }` { $value } · from this channel
    [guild] `{ $flag }` { $value } · from this server
   *[default] `{ $flag }` the model decides
  }
settings-set = { $flag } is { $value } now, for { $of ->
    [me] you
    [channel] this channel
   *[server] this server
  }.
settings-reset = { $flag } is reset for { $of ->
    [me] you
    [channel] this channel
   *[server] this server
  }.
prefer-option-set = --{ $name } is yours now: write it in any line.
prefer-option-gone = --{ $name } is removed.
prefer-option-none = You have no flags of your own. /prefer option set makes one.
prefer-suffix-set = That stands behind every line of yours now. /prefer suffix without a value takes it off.
prefer-suffix-gone = Nothing stands behind your lines now.
prefer-remix = Remix is { $state ->
    [on] on: V and re-roll let you change the line first
   *[off] off: V and re-roll draw at once
  }.
prefer-auto-dm = { $state ->
    [on] Finished pictures of servers are also sent to you directly now
   *[off] Finished pictures are no longer sent to you directly
  }.
prefer-variability = V draws { $state ->
    [high] strong
   *[low] subtle
  } variations now.
error-settings-admin = The settings of a channel or server are for those who may manage the server. Leave out “of” to change your own.
error-settings-name = Say which setting the value is for.
error-option-name = “{ $written }” cannot be the name of a flag: use letters and digits, a letter first, at most 32.
error-option-taken = --{ $name } is a flag already. Choose another name.
error-option-many = You have { $limit } flags of your own, which is the most. Remove one with /prefer option set and no value.
info-member = { $running } being drawn, { $waiting } waiting · speed { $speed } · so far { $jobs } jobs and { $seconds } s of the device. For one job, say which; for a picture, drop it into “picture”.
