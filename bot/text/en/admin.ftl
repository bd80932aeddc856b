# /admin (bot/cogs/admin): descriptions, options, answers

command-admin = For moderators: reviews, sanctions, limits, policies, the queue and the workers
admin-channel = Choose the channel in which moderators review pictures and appeals
admin-review = Show the pictures and appeals that wait for a decision
admin-announce = Say something in a channel in the bot's name
admin-ban = Keep a member from drawing here
admin-unban = End a member's bans and timeouts here
admin-timeout = Give a member a break from drawing here
admin-strikes = Show a member's strikes, add one, or forgive
admin-purge = Remove all pictures of a member here, and their messages
admin-settings = Open the settings of this server or a channel, or change one
admin-policy = Show what is allowed in this channel, or decide about a category
admin-status = Show the queue, the workers, and what waits for a decision
admin-pause = Take no new jobs from this server
admin-drain = Take no new jobs from this server, and draw those that wait
admin-resume = Take jobs from this server again
admin-queue = Everybody's jobs here
admin-queue-list = Show everybody's jobs that wait or run here
admin-queue-move = Let a waiting job be drawn sooner or later
admin-queue-cancel = Stop a member's job
admin-limits = What members may use
admin-limits-show = Show all limits and weights of this server
admin-limits-server = Limit everybody in this server
admin-limits-channel = Limit everybody in a channel
admin-limits-role = Limit the members of a role; of several roles the most generous counts
admin-limits-user = Limit one member, whatever the roles say
admin-weights = Give a role a larger or smaller share of the device
admin-models = Which models draw here
admin-models-allow = Let only these models draw here
admin-models-default = Choose the model for lines that name none
admin-words = This server's own words
admin-words-add = Block a word here, or allow one that the lists block
admin-words-remove = Forget a word of this server
admin-words-list = Show the words of this server
admin-words-test = Check a prompt as it would be checked here, and see why
admin-audit = Who did what to whom
admin-audit-search = Search what moderators and the checks did here
admin-audit-export = Get the log of this server as a CSV file
admin-worker = The processes that draw, for operators
admin-worker-list = Show the worker processes
admin-worker-restart = End a worker process and start another one
admin-worker-warm = Load a model before somebody asks for it

admin-option-user = The member
admin-option-reason = Why; it stands in the log, and the member reads it
admin-option-channel = A channel that members cannot see; none: no channel any more
admin-option-announce-channel = Where; here if none is chosen
admin-option-text = What is said; it mentions nobody
admin-option-ban-hours = For how long; 0: for good
admin-option-timeout-minutes = For how long
admin-option-strikes-change = What happens to the strikes
admin-option-everywhere = In all servers, for the operators of the bot
admin-option-job = The job's id
admin-option-queue-to = front: sooner, at twice the price; back: when nobody else waits
admin-option-limit-field = What is limited
admin-option-limit-value = How much; none: no limit of this kind
admin-option-limit-channel = The channel
admin-option-role = The role
admin-option-weight = Share of the device beside other members, such as 2; none: as everybody
admin-option-models = Names with commas between them; none: all models
admin-option-model = The name of a model
admin-option-word = A word or phrase
admin-option-word-kind = What happens to prompts with it
admin-option-word-prompt = A prompt to be checked
admin-option-settings-channel = The channel; without one, the whole server
admin-option-settings-name = The default to change; without it, the panel shows all
admin-option-settings-value = Its new value; without one it is reset
admin-option-category = What prompts and pictures are about
admin-option-policy-action = What happens to them; inherit: as is decided below this layer
admin-option-policy-where = In this channel, or in the whole server
admin-option-audit-actor = Who did it
admin-option-audit-target = To whom or to what: a member's id, a job, a word
admin-option-audit-action = What was done, such as ban
admin-option-audit-days = Of the last days only
admin-option-worker = The worker's number

button-yes = Yes, do it
button-no = No
confirm-working = Working on it …
confirm-left = Nothing was changed.
error-question-over = That question has been answered, is too old, or was not asked of you. Give the command again.
error-bad-setting = { $field } cannot be set to that: { $problem }.
error-word = A word has 1 to { $limit } characters, and a server at most { $most } words.
error-word-unknown = “{ $word }” is none of this server's own words. /admin words list shows them.
error-model-unknown-here = There is no model { $model }. There are: { $models }.
error-model-not-offered = { $model } does not draw here. These do: { $models }.
error-channel-not-allowed = In this server I draw in { $channels }. Write there, or ask its administrators for /admin settings.
error-job-started = Job { $job } does not wait any more.
error-worker-unknown = There is no worker { $index }. They are numbered from 0, and there { $count ->
    [one] is one
   *[other] are { $count }
  }.
error-channel-public = Everybody can see that channel. Choose one that only moderators see: held pictures are posted there.
error-policy-adult = Adult categories can be opened in age-restricted channels only. Mark this channel as age-restricted in its settings first.

admin-channel-set = Reviews and appeals are posted in { $channel } from now on.
admin-channel-none = There is no moderators' channel any more. /admin review shows what waits.
admin-announce-sure = Say this in { $channel }?
    { $text }
admin-announce-done = Said in { $channel }.
admin-ban-sure = Ban { $user } from drawing here { $hours ->
    [0] for good
   *[other] for { $hours } hours
  }? Reason: { $reason }
admin-ban-done = { $user } may not draw here { $until ->
    [0] any more
   *[other] until <t:{ $until }:f>
  }. They were told, and can appeal.
admin-unban-done = { $count ->
    [0] Nothing kept { $user } from drawing here.
   *[other] { $user } may draw here again.
  }
admin-timeout-done = { $user } has a break from drawing here until <t:{ $until }:f>.
admin-strikes-head = { $user } has { $count ->
    [one] one strike that counts
   *[other] { $count } strikes that count
  }. In force: { $sanction ->
    [none] nothing
   *[other] { $sanction } (ends { $until })
  }
admin-strike-line = { $when } · { $category } · by { $actor } · { $reason }
admin-purge-sure = Remove all pictures that { $user } drew in this server, and the bot's messages with them? Jobs that wait are cancelled. This cannot be undone.
admin-purge-done = { $count } jobs of { $user } were cleared away.
admin-policy-line = `{ $category }` **{ $action }** · server: { $server } · this channel: { $here }
admin-policy-floor = Sexual content with minors or with real people is blocked everywhere and cannot be set.
admin-status-mode = This server: **{ $here }** · everywhere: **{ $everywhere }**
admin-status-queue = Here: { $running } running, { $waiting } waiting
admin-status-workers = Workers: { $ready } of { $count } ready
admin-status-review = Waiting for moderators: { $reviews } reviews, { $appeals } appeals · channel: { $channel }
admin-status-everywhere = In all { $servers } servers: { $running } running, { $waiting } waiting
admin-open = This server takes jobs again.
admin-paused = This server takes no new jobs. { $waiting } are still drawn. /admin resume ends the pause.
admin-draining = This server takes no new jobs. { $waiting } are still to be drawn; /admin status counts down. /admin resume ends it.
admin-paused-sure = Pause in all servers? No new jobs are taken and none of those that wait is started, until /admin resume.
admin-draining-sure = Take no new jobs in any server, and draw those that wait?
admin-paused-everywhere = Paused everywhere. /admin resume with “everywhere” ends it.
admin-draining-everywhere = No server takes new jobs; /admin status counts down those that wait. /admin resume with “everywhere” ends it.
admin-queue-empty = Nothing waits or runs in this server.
admin-queue-line = `{ $job }` { $state ->
    [running] 🖌️
   *[other] ⏳
  } { $user } · **{ $line }** · { $lane } · { $when }
admin-queue-moved = Job { $job } goes { $to ->
    [front] to the front: it is drawn sooner, at twice the price
    [back] to the back: it is drawn when nobody else waits
   *[other] back among the others
  }.
admin-limits-line = { $scope } { $target }: { $rule }
admin-limits-none = This server has no limits of its own.
admin-limits-set = { $field } of { $scope } { $target }: { $before } → { $after }
admin-models-allowed = These models draw here: { $models }.
admin-models-default-set = Lines that name no model are drawn by { $model }.
admin-words-added = ||{ $word }|| is { $kind ->
    [allow] allowed here, but for the floor.
   *[block] blocked here.
  }
admin-words-removed = ||{ $word }|| is no word of this server any more.
admin-words-line = ||{ $word }|| · { $kind }
admin-words-none = This server has no words of its own.
admin-words-verdict = Verdict: **{ $action }** · category: { $category }
    What the member reads: { $reason }
    Found in the lists: { $found }
    This server's own words in it: { $own }
admin-audit-line = { $when } **{ $action }** { $target } by { $actor } · { $before } → { $after } · { $reason }
admin-audit-none = Nothing in the log fits.
admin-audit-file = The log of this server, newest first. The times are seconds since 1970.
admin-worker-line = **{ $index }** { $state ->
    [ready] ready
   *[other] is being started
  } · { $jobs } jobs · { $device } · process { $pid }
admin-worker-none = There is no worker process.
admin-worker-sure = End worker { $index } and start another one? Its jobs start again.
admin-worker-restarted = Worker { $index } is being restarted.
admin-worker-warmed = { $model } is loaded, after { $seconds } s.
