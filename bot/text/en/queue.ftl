# The queue and the disk (storage/errors.py)

error-queue-full = You have { $waiting } jobs waiting, and { $limit } is the limit. Wait until one is drawn, or drop one with /cancel.
error-job-not-found = I know no job “{ $job }”. Its id stands under its picture; /queue lists yours.
error-database-in-use = Another Easel already runs on { $file }. Stop that one first, or choose another data_dir in config.toml.
error-database-too-new = { $file } was written by a newer Easel (version { $version }; this one knows { $known }). Update Easel, or restore the backup beside it.
error-database-too-old = { $file } was written by an older Easel. Start this one on it once, for example with the command run; that brings it up to date.
error-disk-full = The disk is nearly full ({ $free } MB left, { $needed } MB needed), so nothing new is drawn. Please tell the operator.
