"""Studies: a declared grid of runs, made and evaluated until a table can say which differences are there.

`declaration` reads the file that names a study, `grid` says which runs that makes, `running` makes them and `pace` says
how long that will take, `results` reads them, `statistics`, `budget` and `table` turn them into the table, and `report`
and `plot` write it down. Of these only `running` imports torch.
"""
