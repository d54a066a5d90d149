#!/usr/bin/env python3
"""Prints the maximum-likelihood fit of the logistic model in tests/apps/regression.cpp, by plain Newton
steps on the untransformed data in float64. Run: python3 tests/oracle/logistic.py
"""
import torch

torch.set_default_dtype(torch.float64)

# Hours of study and success in an exam, 20 students: the example of Wikipedia's article on logistic
# regression, which gives 1.5046 (0.6287) and -4.0777 (1.7610).
HOURS = [0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50,
         2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50]
PASSED = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]

x = torch.stack([torch.ones(20), torch.tensor(HOURS)], 1)
y = torch.tensor(PASSED, dtype=torch.float64)
b = torch.zeros(2)
for _ in range(30):
    p = torch.sigmoid(x @ b)
    hessian = x.T @ (x * (p * (1 - p))[:, None])
    b = b + torch.linalg.solve(hessian, x.T @ (y - p))
print("estimates", b.tolist())
print("errors   ", torch.linalg.inv(hessian).diagonal().sqrt().tolist())
print("log-likelihood", float((y * p.log() + (1 - y) * (1 - p).log()).sum()))
