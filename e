eg-nlfit: --data: 'one.csv' cannot be read: No such file or directory
