# 任何情况（gpu/errors.py）

error-bug = 我这边出错了（错误 { $bug }）。请再试一次；如果仍然出错，请把这个编号告诉运营者。
