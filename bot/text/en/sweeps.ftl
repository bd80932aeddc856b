# Several jobs of one line (bot/prompt/cells.py, bot/sweeping.py, storage/sweeps.py)

command-sweep = Draw a line with several values of one or two settings, and compare them on one sheet
option-sweep-prompt = What the pictures show; flags such as --seed 7 may follow
option-sweep-x = The columns: prompt, cfg, steps, sampler, model or lora, and its values: cfg 3, 5, 7
option-sweep-y = The rows, in the same way: sampler Euler, DDIM

confirm-sweep = This line stands for **{ $jobs } jobs** with { $pictures ->
    [one] one picture
   *[other] { $pictures } pictures
  } together: about { $minutes ->
    [0] { $seconds } seconds
    [one] one minute
   *[other] { $minutes } minutes
  } of the device{ $price ->
    [0] {""}
   *[other] , and a price of { $price }
  }.{ $sheet ->
    [yes] {" "}When all are drawn, I put them on one sheet.
   *[no] {""}
  } Shall I draw them?
confirm-sweep-more = … and { $count } more
button-draw-all = Draw them
button-draw-none = Cancel
button-cancel-all = Cancel all
sweep-queued = { $jobs } jobs wait now; each has a message of its own here. Together they are job { $job }: /cancel stops them all.
sweep-declined = Nothing is drawn.
sweep-cancelled = { $count ->
    [0] They had all ended already.
    [one] The last job of them is cancelled.
   *[other] { $count } jobs are cancelled.
  }
sweep-choice = All of: { $line }

error-sweep-over = That question was answered already. Write the line again to draw it again.
error-sweep-many = That stands for { $count } jobs, and { $limit } is the limit for one line. Leave some values out.
error-sweep-full = That needs room for { $count } jobs. { $waiting } of yours wait, and { $limit } may wait at a time, so none was queued. Leave some values out, or wait until others are drawn.
error-sweep-axis = “{ $written }” is no axis. Write one of { $names } and its values with commas between them, such as: cfg 3, 5, 7
error-sweep-twice = Both axes are { $name }. Choose another setting for one of them.
error-sweep-braces = A sweep has its values in x and y. Leave the braces out, or give them to /imagine; for words use: prompt red, blue
error-sheet-alone = That is a contact sheet. Its pictures have messages of their own, with their buttons.

job-sheet = The sheet by { $user }
note-sheet = { $drawn } of { $cells } drawn; each picture has a message of its own.
sheet-blocked = blocked by the image check
sheet-failed = failed
sheet-cancelled = cancelled
sheet-review = held back for a moderator
sheet-gone = deleted
sheet-withheld = not shown here
