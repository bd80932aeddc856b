# /verify (bot/cogs/verify.py, bot/views/origin.py)

command-verify = Find out whether I made a picture, and with which model
option-verify-picture = The picture as a file; also a copy that was made smaller or lost its metadata
option-verify-message = Or a message of mine: its link or id
verify-made = ✅ I made this picture on { $when } with the model **{ $model }**: { $index ->
    [0] all pictures of
   *[other] picture { $index } of
  } job `{ $job }`.
verify-by-metadata = Its metadata names the job, and the picture agrees.
verify-by-claim = Its metadata names the job, but nothing is left here to compare the picture with: metadata alone can be copied.
verify-by-picture = Its metadata does not say so; I know it by what it shows ({ $distance } of 64 signs differ).
verify-by-message = It stands in a message of mine.
verify-more = **{ $line }** · asked for by { $user } · { $link }
verify-unknown = I know no such picture: I did not make it, it was deleted here, or it was changed much. That says nothing about whether another machine made it.
error-verify-nothing = Attach a picture, or name a message of mine by its link or id.
error-verify-message = That is no message of mine with a picture. Attach the picture itself.
cli-verify-locked = The bot is running on { $file }: ask it with /verify. Only pictures of the command line were searched.
