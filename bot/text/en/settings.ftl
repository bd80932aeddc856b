# Settings and preferences (bot/cogs/settings.py, bot/preferences.py)

command-settings = Open the panel of your defaults, or change one
command-prefer = Your own flags, your suffix, and how buttons work for you
command-prefer-option = Flags of your own
command-prefer-option-set = Keep words and flags under a flag of your own
command-prefer-option-list = Show your own flags
command-prefer-suffix = Put words or flags behind every line of yours
command-prefer-remix = Switch whether V and re-roll let you change the line first
command-prefer-auto-dm = Switch whether finished pictures are also sent to you directly
command-prefer-variability = Switch whether V draws strong or subtle variations
option-setting = The setting to change; without it, the panel shows all
option-setting-value = Its new value; without one it is reset
option-own-name = Its name, such as mine for --mine
option-own-value = What it stands for; without it the flag is removed
option-suffix = What to put behind every line; without it, nothing
settings-line = { $layer ->
    [user] `{ $flag }` { $value } · your choice
    [channel] `{ $flag }` { $value } · from this channel
    [guild] `{ $flag }` { $value } · from this server
   *[default] `{ $flag }` { $value } · the default
  }
settings-set = { $flag } is { $value } now, for { $of ->
    [user] you
    [channel] that channel
   *[guild] this server
  }.
settings-reset = { $flag } is reset for { $of ->
    [user] you
    [channel] that channel
   *[guild] this server
  }.
panel-user = **Your settings** · what a line says itself always wins
panel-channel = **Settings of { $channel }** · members' own choices win over them
panel-guild = **Settings of this server** · those of channels and members win over them
panel-habits = Remix { $remix ->
    [on] on
   *[none] off
  } · V draws { $variability ->
    [high] strong
   *[none] subtle
  } variations · pictures { $auto_dm ->
    [on] also come to you directly
   *[none] stay where you asked for them
  }
panel-own = Suffix: { $suffix ->
    [none] none
   *[other] { $suffix }
  } · own flags: { $flags ->
    [none] none
   *[other] { $flags }
  } (/prefer changes them)
panel-rule-models = Models: { $models ->
    [all] all
   *[other] { $models }
  }
panel-rule-channels = Drawn in: { $channels ->
    [all] all channels
   *[other] { $channels }
  }
panel-rule-gallery = Gallery: { $channel ->
    [none] none
   *[other] { $channel }
  }
panel-rule-language = Language of what all can see: { $language ->
    [none] that of whoever asks
   *[other] { $language }
  }
panel-rule-limits = Limits: /admin limits show
panel-menu-model = Model: { $value }
panel-menu-quality = Quality: { $value }
panel-menu-style = Style: { $value }
panel-menu-aspect-ratio = Shape: { $value }
panel-menu-models = Models that may draw; none chosen: all
panel-menu-channels = Channels to draw in; none chosen: all
panel-menu-gallery = Gallery channel; none chosen: as config.toml says
panel-menu-language = Language of what all can see
panel-nothing-user = As the channel or server says, or the default
panel-nothing-channel = As the server says, or the default
panel-nothing-guild = The default
panel-language-none = That of whoever asks
menu-more = More …
panel-style-raw = RAW
panel-stylize-50 = Stylize low
panel-stylize-100 = Stylize med
panel-stylize-250 = Stylize high
panel-stylize-750 = Stylize very high
panel-remix-on = Remix
panel-variability-high = High variation
panel-variability-low = Low variation
panel-auto-dm-on = Send to me directly
panel-speed-turbo = Turbo
panel-speed-fast = Fast
panel-speed-relax = Relax
panel-num-images-1 = 1 picture
panel-num-images-2 = 2 pictures
panel-num-images-3 = 3 pictures
panel-num-images-4 = 4 pictures
panel-reset = Reset
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
error-settings-not-yours = That panel belongs to someone else, and nothing was changed. /settings opens yours.
error-settings-elsewhere = That channel or server is not the one where you are, so nothing was changed. Open /admin settings there.
error-settings-name = Say which setting the value is for.
error-option-name = “{ $written }” cannot be the name of a flag: use letters and digits, a letter first, at most 32.
error-option-taken = --{ $name } is a flag already. Choose another name.
error-option-many = You have { $limit } flags of your own, which is the most. Remove one with /prefer option set and no value.
info-member = { $running } being drawn, { $waiting } waiting · speed { $speed } · so far { $jobs } jobs and { $seconds } s of the device. For one job, say which; for a picture, drop it into “picture”.
