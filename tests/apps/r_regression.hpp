#pragma once

// Made by tests/oracle/regression.R with R version 4.2.2 Patched (2022-11-10 r83330); do not edit.

namespace r_regression {

inline constexpr char kCars[] =
    R"(model,mpg,cyl,disp,hp,drat,wt,qsec,vs,am,gear,carb
MazdaRX4,21,6,160,110,3.9,2.62,16.46,0,1,4,4
MazdaRX4Wag,21,6,160,110,3.9,2.875,17.02,0,1,4,4
Datsun710,22.8,4,108,93,3.85,2.32,18.61,1,1,4,1
Hornet4Drive,21.4,6,258,110,3.08,3.215,19.44,1,0,3,1
HornetSportabout,18.7,8,360,175,3.15,3.44,17.02,0,0,3,2
Valiant,18.1,6,225,105,2.76,3.46,20.22,1,0,3,1
Duster360,14.3,8,360,245,3.21,3.57,15.84,0,0,3,4
Merc240D,24.4,4,146.7,62,3.69,3.19,20,1,0,4,2
Merc230,22.8,4,140.8,95,3.92,3.15,22.9,1,0,4,2
Merc280,19.2,6,167.6,123,3.92,3.44,18.3,1,0,4,4
Merc280C,17.8,6,167.6,123,3.92,3.44,18.9,1,0,4,4
Merc450SE,16.4,8,275.8,180,3.07,4.07,17.4,0,0,3,3
Merc450SL,17.3,8,275.8,180,3.07,3.73,17.6,0,0,3,3
Merc450SLC,15.2,8,275.8,180,3.07,3.78,18,0,0,3,3
CadillacFleetwood,10.4,8,472,205,2.93,5.25,17.98,0,0,3,4
LincolnContinental,10.4,8,460,215,3,5.424,17.82,0,0,3,4
ChryslerImperial,14.7,8,440,230,3.23,5.345,17.42,0,0,3,4
Fiat128,32.4,4,78.7,66,4.08,2.2,19.47,1,1,4,1
HondaCivic,30.4,4,75.7,52,4.93,1.615,18.52,1,1,4,2
ToyotaCorolla,33.9,4,71.1,65,4.22,1.835,19.9,1,1,4,1
ToyotaCorona,21.5,4,120.1,97,3.7,2.465,20.01,1,0,3,1
DodgeChallenger,15.5,8,318,150,2.76,3.52,16.87,0,0,3,2
AMCJavelin,15.2,8,304,150,3.15,3.435,17.3,0,0,3,2
CamaroZ28,13.3,8,350,245,3.73,3.84,15.41,0,0,3,4
PontiacFirebird,19.2,8,400,175,3.08,3.845,17.05,0,0,3,2
FiatX19,27.3,4,79,66,4.08,1.935,18.9,1,1,4,1
Porsche9142,26,4,120.3,91,4.43,2.14,16.7,0,1,5,2
LotusEuropa,30.4,4,95.1,113,3.77,1.513,16.9,1,1,5,2
FordPanteraL,15.8,8,351,264,4.22,3.17,14.5,0,1,5,4
FerrariDino,19.7,6,145,175,3.62,2.77,15.5,0,1,5,6
MaseratiBora,15,8,301,335,3.54,3.57,14.6,0,1,5,8
Volvo142E,21.4,4,121,109,4.11,2.78,18.6,1,1,4,2
)";

inline constexpr char kBreaks[] =
    R"(wool,tension,breaks,exposure,log_exposure
A,L,26,1.5,0.405465
A,L,30,2,0.693147
A,L,54,2.5,0.916291
A,L,25,1.5,0.405465
A,L,70,2,0.693147
A,L,52,2.5,0.916291
A,L,51,1.5,0.405465
A,L,26,2,0.693147
A,L,67,2.5,0.916291
A,M,18,1.5,0.405465
A,M,21,2,0.693147
A,M,29,2.5,0.916291
A,M,17,1.5,0.405465
A,M,12,2,0.693147
A,M,18,2.5,0.916291
A,M,35,1.5,0.405465
A,M,30,2,0.693147
A,M,36,2.5,0.916291
A,H,36,1.5,0.405465
A,H,21,2,0.693147
A,H,24,2.5,0.916291
A,H,18,1.5,0.405465
A,H,10,2,0.693147
A,H,43,2.5,0.916291
A,H,28,1.5,0.405465
A,H,15,2,0.693147
A,H,26,2.5,0.916291
B,L,27,1.5,0.405465
B,L,14,2,0.693147
B,L,29,2.5,0.916291
B,L,19,1.5,0.405465
B,L,29,2,0.693147
B,L,31,2.5,0.916291
B,L,41,1.5,0.405465
B,L,20,2,0.693147
B,L,44,2.5,0.916291
B,M,42,1.5,0.405465
B,M,26,2,0.693147
B,M,19,2.5,0.916291
B,M,16,1.5,0.405465
B,M,39,2,0.693147
B,M,28,2.5,0.916291
B,M,21,1.5,0.405465
B,M,39,2,0.693147
B,M,29,2.5,0.916291
B,H,20,1.5,0.405465
B,H,21,2,0.693147
B,H,24,2.5,0.916291
B,H,17,1.5,0.405465
B,H,13,2,0.693147
B,H,15,2.5,0.916291
B,H,15,1.5,0.405465
B,H,16,2,0.693147
B,H,28,2.5,0.916291
)";

inline constexpr char kCancer[] =
    R"(agegp,alcgp,tobgp,trials,share
25-34,0-39g/day,0-9g/day,40,0
25-34,0-39g/day,10-19,10,0
25-34,0-39g/day,20-29,6,0
25-34,0-39g/day,30+,5,0
25-34,40-79,0-9g/day,27,0
25-34,40-79,10-19,7,0
25-34,40-79,20-29,4,0
25-34,40-79,30+,7,0
25-34,80-119,0-9g/day,2,0
25-34,80-119,10-19,1,0
25-34,80-119,30+,2,0
25-34,120+,0-9g/day,1,0
25-34,120+,10-19,1,1
25-34,120+,20-29,1,0
25-34,120+,30+,2,0
35-44,0-39g/day,0-9g/day,60,0
35-44,0-39g/day,10-19,14,0.0714285714285714
35-44,0-39g/day,20-29,7,0
35-44,0-39g/day,30+,8,0
35-44,40-79,0-9g/day,35,0
35-44,40-79,10-19,23,0.130434782608696
35-44,40-79,20-29,14,0.0714285714285714
35-44,40-79,30+,8,0
35-44,80-119,0-9g/day,11,0
35-44,80-119,10-19,6,0
35-44,80-119,20-29,2,0
35-44,80-119,30+,1,0
35-44,120+,0-9g/day,3,0.666666666666667
35-44,120+,10-19,3,0
35-44,120+,20-29,4,0.5
45-54,0-39g/day,0-9g/day,46,0.0217391304347826
45-54,0-39g/day,10-19,18,0
45-54,0-39g/day,20-29,10,0
45-54,0-39g/day,30+,4,0
45-54,40-79,0-9g/day,38,0.157894736842105
45-54,40-79,10-19,21,0.19047619047619
45-54,40-79,20-29,15,0.333333333333333
45-54,40-79,30+,7,0.714285714285714
45-54,80-119,0-9g/day,16,0.1875
45-54,80-119,10-19,14,0.428571428571429
45-54,80-119,20-29,5,0.2
45-54,80-119,30+,4,0.5
45-54,120+,0-9g/day,4,1
45-54,120+,10-19,4,0.75
45-54,120+,20-29,3,0.666666666666667
45-54,120+,30+,4,1
55-64,0-39g/day,0-9g/day,49,0.0408163265306122
55-64,0-39g/day,10-19,22,0.136363636363636
55-64,0-39g/day,20-29,12,0.25
55-64,0-39g/day,30+,6,0.666666666666667
55-64,40-79,0-9g/day,40,0.225
55-64,40-79,10-19,21,0.285714285714286
55-64,40-79,20-29,17,0.235294117647059
55-64,40-79,30+,6,0.5
55-64,80-119,0-9g/day,18,0.5
55-64,80-119,10-19,15,0.533333333333333
55-64,80-119,20-29,6,0.5
55-64,80-119,30+,4,1
55-64,120+,0-9g/day,10,0.5
55-64,120+,10-19,7,0.857142857142857
)";

inline constexpr char kDays[] =
    R"(eth,sex,age,lrn,days
A,M,F0,SL,2
A,M,F0,SL,11
A,M,F0,SL,14
A,M,F0,AL,5
A,M,F0,AL,5
A,M,F0,AL,13
A,M,F0,AL,20
A,M,F0,AL,22
A,M,F1,SL,6
A,M,F1,SL,6
A,M,F1,SL,15
A,M,F1,AL,7
A,M,F1,AL,14
A,M,F2,SL,6
A,M,F2,SL,32
A,M,F2,SL,53
A,M,F2,SL,57
A,M,F2,AL,14
A,M,F2,AL,16
A,M,F2,AL,16
A,M,F2,AL,17
A,M,F2,AL,40
A,M,F2,AL,43
A,M,F2,AL,46
A,M,F3,AL,8
A,M,F3,AL,23
A,M,F3,AL,23
A,M,F3,AL,28
A,M,F3,AL,34
A,M,F3,AL,36
A,M,F3,AL,38
A,F,F0,SL,3
A,F,F0,AL,5
A,F,F0,AL,11
A,F,F0,AL,24
A,F,F0,AL,45
A,F,F1,SL,5
A,F,F1,SL,6
A,F,F1,SL,6
A,F,F1,SL,9
A,F,F1,SL,13
A,F,F1,SL,23
A,F,F1,SL,25
A,F,F1,SL,32
A,F,F1,SL,53
A,F,F1,SL,54
A,F,F1,AL,5
A,F,F1,AL,5
A,F,F1,AL,11
A,F,F1,AL,17
A,F,F1,AL,19
A,F,F2,SL,8
A,F,F2,SL,13
A,F,F2,SL,14
A,F,F2,SL,20
A,F,F2,SL,47
A,F,F2,SL,48
A,F,F2,SL,60
A,F,F2,SL,81
A,F,F2,AL,2
A,F,F3,AL,0
A,F,F3,AL,2
A,F,F3,AL,3
A,F,F3,AL,5
A,F,F3,AL,10
A,F,F3,AL,14
A,F,F3,AL,21
A,F,F3,AL,36
A,F,F3,AL,40
N,M,F0,SL,6
N,M,F0,SL,17
N,M,F0,SL,67
N,M,F0,AL,0
N,M,F0,AL,0
N,M,F0,AL,2
N,M,F0,AL,7
N,M,F0,AL,11
N,M,F0,AL,12
N,M,F1,SL,0
N,M,F1,SL,0
N,M,F1,SL,5
N,M,F1,SL,5
N,M,F1,SL,5
N,M,F1,SL,11
N,M,F1,SL,17
N,M,F1,AL,3
N,M,F1,AL,4
N,M,F2,SL,22
N,M,F2,SL,30
N,M,F2,SL,36
N,M,F2,AL,8
N,M,F2,AL,0
N,M,F2,AL,1
N,M,F2,AL,5
N,M,F2,AL,7
N,M,F2,AL,16
N,M,F2,AL,27
N,M,F3,AL,0
N,M,F3,AL,30
N,M,F3,AL,10
N,M,F3,AL,14
N,M,F3,AL,27
N,M,F3,AL,41
N,M,F3,AL,69
N,F,F0,SL,25
N,F,F0,AL,10
N,F,F0,AL,11
N,F,F0,AL,20
N,F,F0,AL,33
N,F,F1,SL,5
N,F,F1,SL,7
N,F,F1,SL,0
N,F,F1,SL,1
N,F,F1,SL,5
N,F,F1,SL,5
N,F,F1,SL,5
N,F,F1,SL,5
N,F,F1,SL,7
N,F,F1,SL,11
N,F,F1,SL,15
N,F,F1,AL,5
N,F,F1,AL,14
N,F,F1,AL,6
N,F,F1,AL,6
N,F,F1,AL,7
N,F,F1,AL,28
N,F,F2,SL,0
N,F,F2,SL,5
N,F,F2,SL,14
N,F,F2,SL,2
N,F,F2,SL,2
N,F,F2,SL,3
N,F,F2,SL,8
N,F,F2,SL,10
N,F,F2,SL,12
N,F,F2,AL,1
N,F,F3,AL,1
N,F,F3,AL,9
N,F,F3,AL,22
N,F,F3,AL,3
N,F,F3,AL,3
N,F,F3,AL,5
N,F,F3,AL,15
N,F,F3,AL,18
N,F,F3,AL,22
N,F,F3,AL,37
)";

inline constexpr char kClot[] =
    R"(u,log_u,lot1,w
5,1.6094379124,118,1
10,2.302585093,58,2
15,2.7080502011,42,1
20,2.9957322736,35,3
30,3.4011973817,27,1
40,3.6888794541,25,2
60,4.0943445622,21,1
80,4.3820266347,19,2
100,4.605170186,18,1
)";

inline constexpr char kChoice[] =
    R"(x,z,g,kind
0.476,-0.213,q,car
-0.125,-0.12,p,train
1.096,0.865,q,bus
-1.444,1.171,q,train
1.148,-0.949,q,car
-0.468,0.772,p,car
-1.006,1.14,q,train
0.064,1.562,p,bus
1.025,1.18,q,bus
0.573,1.328,q,car
1.847,-0.598,q,bus
0.112,-0.503,p,car
-0.746,1.226,p,car
1.658,1.234,q,car
0.722,1.221,q,bus
-1.663,1.118,q,train
0.576,-0.281,q,car
0.473,0.799,q,car
-0.543,1.785,p,train
1.128,-0.751,p,car
-1.648,1.871,p,train
-0.314,-0.752,p,train
-0.183,1.132,q,car
1.47,-0.019,q,car
-0.866,1.987,p,train
1.527,0.349,p,car
1.054,1.076,p,car
1.03,1.667,q,train
0.84,0.596,p,car
0.217,-0.848,p,bus
-0.673,-0.331,q,bus
0.133,0.79,q,train
-0.071,-0.02,q,car
-0.943,0.524,p,train
-1.022,-0.009,p,bus
0.281,1.085,q,car
0.545,1.971,q,car
0.131,1.043,q,bus
0.282,1.641,q,car
-0.293,0.457,p,car
-1.325,1.118,p,train
2.065,1.067,q,car
0.242,0.405,p,train
-0.349,-0.817,q,train
-0.631,-0.161,p,train
0.284,0.696,q,train
0.122,-0.314,q,train
0.566,1.965,q,train
0.569,-0.126,p,car
-0.091,-0.167,p,train
0.23,0.081,q,train
0.753,-0.872,q,bus
0.863,-0.962,p,car
0.838,-0.247,p,car
-1.766,-0.395,p,train
0.683,1.274,q,car
1.163,1.628,p,bus
-1.201,1.499,q,train
3.25,1.795,p,car
-0.676,-0.218,q,train
-1.213,0.206,q,bus
-0.417,0.645,p,car
-0.566,0.291,q,train
-1.49,1.763,p,bus
-1.183,-0.911,q,train
-0.727,0.072,p,car
-0.684,1.556,p,train
-0.707,-0.058,q,bus
0.88,-0.708,q,bus
-0.51,-0.426,p,bus
-1.294,0.8,q,train
-0.113,1.259,p,bus
0.886,0.196,q,car
0.017,1.769,p,car
0.776,0.866,q,bus
0.073,1.543,p,car
-2.016,1.818,q,bus
-1.008,1.208,p,bus
-0.155,0.253,p,bus
0.939,0.516,p,bus
1.565,0.917,p,bus
1.086,1.773,p,car
1.22,0.225,q,car
-0.413,-0.805,p,train
-0.13,0.843,p,train
-0.15,-0.853,p,bus
0.826,0.428,q,bus
-0.123,-0.971,q,car
1.258,0.242,q,train
-2.318,1.509,p,train
)";

struct Fit {
  const char* name;
  const char* csv;
  const char* arguments;
  /// Digits that R itself has.
  int digits;
  /// JSON pointers and the numbers there.
  const char* numbers;
};

inline constexpr Fit kFits[] = {
    {"lm with an interaction", kCars,
     "--target mpg --features wt,hp,wt:hp --anova", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 3.6051557986911691e+00
/coefficients/0/t_value 1.3815886527523414e+01
/coefficients/0/p_value 5.0057606342064053e-14
/coefficients/0/lower 4.2423596543436709e+01
/coefficients/0/upper 5.7193250314083762e+01
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.2697081392306140e+00
/coefficients/1/t_value -6.4712700843380482e+00
/coefficients/1/p_value 5.1992872795832695e-07
/coefficients/1/lower -1.0817503517639143e+01
/coefficients/1/upper -5.6157450768480617e+00
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 2.4698347018282701e-02
/coefficients/2/t_value -4.8627582602640782e+00
/coefficients/2/p_value 4.0362430206752638e-05
/coefficients/2/lower -1.7069436140081043e-01
/coefficients/2/upper -6.9509820555235330e-02
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 7.4195804577937199e-03
/coefficients/3/t_value 3.7533319406879313e+00
/coefficients/3/p_value 8.1083073737064134e-04
/coefficients/3/lower 1.2649826719872068e-02
/coefficients/3/upper 4.3046469917610235e-02
/residual_quantiles/0 -3.0631732149391544e+00
/residual_quantiles/1 -1.6491180783365817e+00
/residual_quantiles/2 -7.3624636491085382e-01
/residual_quantiles/3 1.4210667923318274e+00
/residual_quantiles/4 4.5513368938439687e+00
/residual_sd 2.1527515450358483e+00
/degrees_of_freedom 2.8000000000000000e+01
/rank 4.0000000000000000e+00
/r_squared 8.8476371199113846e-01
/adjusted_r_squared 8.7241696684733183e-01
/f_statistic/value 7.1659672382154582e+01
/f_statistic/df1 3.0000000000000000e+00
/f_statistic/p_value 2.9813941200961033e-13
/log_likelihood -6.7805428774067963e+01
/aic 1.4561085754813593e+02
/bic 1.5293953706213455e+02
/anova/0/df 1.0000000000000000e+00
/anova/0/sum_of_squares 8.4772524995665697e+02
/anova/0/mean_square 8.4772524995665697e+02
/anova/0/f 1.8292257227871170e+02
/anova/0/p_value 8.4277453038671924e-14
/anova/1/df 1.0000000000000000e+00
/anova/1/sum_of_squares 8.3274182801877146e+01
/anova/1/mean_square 8.3274182801877146e+01
/anova/1/f 1.7968944210763869e+01
/anova/1/p_value 2.2072307660173443e-04
/anova/2/df 1.0000000000000000e+00
/anova/2/sum_of_squares 6.5286256731147830e+01
/anova/2/mean_square 6.5286256731147830e+01
/anova/2/f 1.4087500656988231e+01
/anova/2/p_value 8.1083073737064134e-04
/anova/3/df 2.8000000000000000e+01
/anova/3/sum_of_squares 1.2976149801031852e+02
/anova/3/mean_square 4.6343392146542328e+00
/anova/3/f NA
/anova/3/p_value NA)"},
    {"lm by QR at level 0.9", kCars,
     "--target mpg --features wt,hp,wt:hp --anova --method qr --level 0.9", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 3.6051557986911691e+00
/coefficients/0/t_value 1.3815886527523414e+01
/coefficients/0/p_value 5.0057606342064053e-14
/coefficients/0/lower 4.3675581376758487e+01
/coefficients/0/upper 5.5941265480761984e+01
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.2697081392306140e+00
/coefficients/1/t_value -6.4712700843380482e+00
/coefficients/1/p_value 5.1992872795832695e-07
/coefficients/1/lower -1.0376564090378032e+01
/coefficients/1/upper -6.0566845041091710e+00
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 2.4698347018282701e-02
/coefficients/2/t_value -4.8627582602640782e+00
/coefficients/2/p_value 4.0362430206752638e-05
/coefficients/2/lower -1.6211721311605831e-01
/coefficients/2/upper -7.8086968839987475e-02
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 7.4195804577937199e-03
/coefficients/3/t_value 3.7533319406879313e+00
/coefficients/3/p_value 8.1083073737064134e-04
/coefficients/3/lower 1.5226470482713274e-02
/coefficients/3/upper 4.0469826154769024e-02
/residual_quantiles/0 -3.0631732149391544e+00
/residual_quantiles/1 -1.6491180783365817e+00
/residual_quantiles/2 -7.3624636491085382e-01
/residual_quantiles/3 1.4210667923318274e+00
/residual_quantiles/4 4.5513368938439687e+00
/residual_sd 2.1527515450358483e+00
/degrees_of_freedom 2.8000000000000000e+01
/rank 4.0000000000000000e+00
/r_squared 8.8476371199113846e-01
/adjusted_r_squared 8.7241696684733183e-01
/f_statistic/value 7.1659672382154582e+01
/f_statistic/df1 3.0000000000000000e+00
/f_statistic/p_value 2.9813941200961033e-13
/log_likelihood -6.7805428774067963e+01
/aic 1.4561085754813593e+02
/bic 1.5293953706213455e+02
/anova/0/df 1.0000000000000000e+00
/anova/0/sum_of_squares 8.4772524995665697e+02
/anova/0/mean_square 8.4772524995665697e+02
/anova/0/f 1.8292257227871170e+02
/anova/0/p_value 8.4277453038671924e-14
/anova/1/df 1.0000000000000000e+00
/anova/1/sum_of_squares 8.3274182801877146e+01
/anova/1/mean_square 8.3274182801877146e+01
/anova/1/f 1.7968944210763869e+01
/anova/1/p_value 2.2072307660173443e-04
/anova/2/df 1.0000000000000000e+00
/anova/2/sum_of_squares 6.5286256731147830e+01
/anova/2/mean_square 6.5286256731147830e+01
/anova/2/f 1.4087500656988231e+01
/anova/2/p_value 8.1083073737064134e-04
/anova/3/df 2.8000000000000000e+01
/anova/3/sum_of_squares 1.2976149801031852e+02
/anova/3/mean_square 4.6343392146542328e+00
/anova/3/f NA
/anova/3/p_value NA)"},
    {"lm HC0", kCars,
     "--target mpg --features wt,hp,wt:hp --robust HC0", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 4.1078987752232106e+00
/coefficients/0/t_value 1.2125036704696745e+01
/coefficients/0/p_value 1.1660817071778658e-12
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.3261640840219355e+00
/coefficients/1/t_value -6.1957825552962973e+00
/coefficients/1/p_value 1.0824201159421402e-06
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 2.4747236102284308e-02
/coefficients/2/t_value -4.8531517007241378e+00
/coefficients/2/p_value 4.1436537461877847e-05
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 7.4304675701696334e-03
/coefficients/3/t_value 3.7478325631270328e+00
/coefficients/3/p_value 8.2271683530867241e-04)"},
    {"lm HC1", kCars,
     "--target mpg --features wt,hp,wt:hp --robust HC1", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 4.3915285132667679e+00
/coefficients/0/t_value 1.1341933287758337e+01
/coefficients/0/p_value 5.5685784629457037e-12
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.4177290403014309e+00
/coefficients/1/t_value -5.7956238912173381e+00
/coefficients/1/p_value 3.1761976718806283e-06
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 2.6455908218386243e-02
/coefficients/2/t_value -4.5397077275371975e+00
/coefficients/2/p_value 9.7515218741076715e-05
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 7.9435039631740884e-03
/coefficients/3/t_value 3.5057763485540590e+00
/coefficients/3/p_value 1.5529626694408794e-03)"},
    {"lm HC2", kCars,
     "--target mpg --features wt,hp,wt:hp --robust HC2", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 4.5685930241284707e+00
/coefficients/0/t_value 1.0902355093943164e+01
/coefficients/0/p_value 1.3822122809011682e-11
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.4757760757603577e+00
/coefficients/1/t_value -5.5676633008230505e+00
/coefficients/1/p_value 5.8934196542628416e-06
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 2.8100272041280114e-02
/coefficients/2/t_value -4.2740543864340328e+00
/coefficients/2/p_value 2.0072910985243967e-04
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 8.4274425952690496e-03
/coefficients/3/t_value 3.3044601614224449e+00
/coefficients/3/p_value 2.6105156470885610e-03)"},
    {"lm HC3", kCars,
     "--target mpg --features wt,hp,wt:hp --robust HC3", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 5.1133938628262934e+00
/coefficients/0/t_value 9.7407758457374030e+00
/coefficients/0/p_value 1.7131629200228329e-10
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.6548323274620738e+00
/coefficients/1/t_value -4.9652307130384568e+00
/coefficients/1/p_value 3.0499509767111475e-05
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 3.2179497211731634e-02
/coefficients/2/t_value -3.7322550500956067e+00
/coefficients/2/p_value 8.5731688591017844e-04
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 9.6425517206093492e-03
/coefficients/3/t_value 2.8880475962830845e+00
/coefficients/3/p_value 7.3956037650684935e-03)"},
    {"lm HC3 by QR", kCars,
     "--target mpg --features wt,hp,wt:hp --method qr --robust HC3", 8,
     R"(/coefficients/0/estimate 4.9808423428760236e+01
/coefficients/0/std_error 5.1133938628262934e+00
/coefficients/0/t_value 9.7407758457374030e+00
/coefficients/0/p_value 1.7131629200228329e-10
/coefficients/1/estimate -8.2166242972436017e+00
/coefficients/1/std_error 1.6548323274620738e+00
/coefficients/1/t_value -4.9652307130384568e+00
/coefficients/1/p_value 3.0499509767111475e-05
/coefficients/2/estimate -1.2010209097802288e-01
/coefficients/2/std_error 3.2179497211731634e-02
/coefficients/2/t_value -3.7322550500956067e+00
/coefficients/2/p_value 8.5731688591017844e-04
/coefficients/3/estimate 2.7848148318741151e-02
/coefficients/3/std_error 9.6425517206093492e-03
/coefficients/3/t_value 2.8880475962830845e+00
/coefficients/3/p_value 7.3956037650684935e-03)"},
    {"lm of a number as factor, weights", kCars,
     "--target mpg --features cyl,wt,cyl:wt --factor cyl --reference cyl=6 --weights qsec --anova", 8,
     R"(/coefficients/0/estimate 2.8764368001426263e+01
/coefficients/0/std_error 9.1546720591498065e+00
/coefficients/0/t_value 3.1420424255041643e+00
/coefficients/0/p_value 4.1576835951279440e-03
/coefficients/0/lower 9.9466700827224663e+00
/coefficients/0/upper 4.7582065920130063e+01
/coefficients/1/estimate 1.0827446491088885e+01
/coefficients/1/std_error 9.6808357954345343e+00
/coefficients/1/t_value 1.1184412916284656e+00
/coefficients/1/p_value 2.7360616463389514e-01
/coefficients/1/lower -9.0717964770944910e+00
/coefficients/1/upper 3.0726689459272261e+01
/coefficients/2/estimate -4.6082154687654517e+00
/coefficients/2/std_error 9.9154074311764262e+00
/coefficients/2/t_value -4.6475301199183339e-01
/coefficients/2/p_value 6.4597701957932396e-01
/coefficients/2/lower -2.4989627339686901e+01
/coefficients/2/upper 1.5773196402156000e+01
/coefficients/3/estimate -2.8867931291026960e+00
/coefficients/3/std_error 2.8979443404791954e+00
/coefficients/3/t_value -9.9615202706941730e-01
/coefficients/3/p_value 3.2835748722824487e-01
/coefficients/3/lower -8.8436030325061861e+00
/coefficients/3/upper 3.0700167743007944e+00
/coefficients/4/estimate -2.7350272976362668e+00
/coefficients/4/std_error 3.1857042910308286e+00
/coefficients/4/t_value -8.5853144164591244e-01
/coefficients/4/p_value 3.9844505717226542e-01
/coefficients/4/lower -9.2833362506610566e+00
/coefficients/4/upper 3.8132816553885225e+00
/coefficients/5/estimate 6.3309197826309915e-01
/coefficients/5/std_error 3.0436315659344158e+00
/coefficients/5/t_value 2.0800545813393664e-01
/coefficients/5/p_value 8.3684549120659790e-01
/coefficients/5/lower -5.6231823058977977e+00
/coefficients/5/upper 6.8893662624239962e+00
/residual_quantiles/0 -1.8939878204614548e+01
/residual_quantiles/1 -6.2040037915506083e+00
/residual_quantiles/2 -2.8951084011087715e+00
/residual_quantiles/3 6.0570534443174067e+00
/residual_quantiles/4 2.2839848697730076e+01
/residual_sd 1.0566654168734665e+01
/degrees_of_freedom 2.6000000000000000e+01
/rank 6.0000000000000000e+00
/r_squared 8.5784393876888643e-01
/adjusted_r_squared 8.3050623468597995e-01
/f_statistic/value 3.1379516588786039e+01
/f_statistic/df1 5.0000000000000000e+00
/f_statistic/p_value 3.1671328520319448e-10
/log_likelihood -7.1496320132253985e+01
/aic 1.5699264026450797e+02
/bic 1.6725279158410606e+02
/anova/0/df 2.0000000000000000e+00
/anova/0/sum_of_squares 1.4736579060611501e+04
/anova/0/mean_square 7.3682895303057503e+03
/anova/0/f 6.5992061462277704e+01
/anova/0/p_value 6.4964897668067527e-11
/anova/1/df 1.0000000000000000e+00
/anova/1/sum_of_squares 2.2946698750702462e+03
/anova/1/mean_square 2.2946698750702462e+03
/anova/1/f 2.0551580500256094e+01
/anova/1/p_value 1.1519470475255210e-04
/anova/2/df 2.0000000000000000e+00
/anova/2/sum_of_squares 4.8702208236894000e+02
/anova/2/mean_square 2.4351104118447000e+02
/anova/2/f 2.1809397595593611e+00
/anova/2/p_value 1.3316222404783923e-01
/anova/3/df 2.6000000000000000e+01
/anova/3/sum_of_squares 2.9030086883625795e+03
/anova/3/mean_square 1.1165418032163767e+02
/anova/3/f NA
/anova/3/p_value NA)"},
    {"lm with weights and offset", kCars,
     "--target mpg --features wt,disp --weights qsec --offset drat", 8,
     R"(/coefficients/0/estimate 3.0665891463617907e+01
/coefficients/0/std_error 2.1752590948166124e+00
/coefficients/0/t_value 1.4097581082038058e+01
/coefficients/0/p_value 1.6459005930439466e-14
/coefficients/0/lower 2.6216987083580218e+01
/coefficients/0/upper 3.5114795843655592e+01
/coefficients/1/estimate -3.2714562301333783e+00
/coefficients/1/std_error 1.1718270639845836e+00
/coefficients/1/t_value -2.7917568476438750e+00
/coefficients/1/p_value 9.1801544952852428e-03
/coefficients/1/lower -5.6681116768479844e+00
/coefficients/1/upper -8.7480078341877210e-01
/coefficients/2/estimate -1.5347399711620907e-02
/coefficients/2/std_error 9.2843160119231681e-03
/coefficients/2/t_value -1.6530458131661356e+00
/coefficients/2/p_value 1.0910861347436704e-01
/coefficients/2/lower -3.4335958026133456e-02
/coefficients/2/upper 3.6411586028916431e-03
/residual_quantiles/0 -1.3234251912766569e+01
/residual_quantiles/1 -1.0503626908879957e+01
/residual_quantiles/2 -1.7525544215593798e+00
/residual_quantiles/3 6.5854469276129564e+00
/residual_quantiles/4 2.7249353265066784e+01
/residual_sd 1.2299965373748613e+01
/degrees_of_freedom 2.9000000000000000e+01
/rank 3.0000000000000000e+00
/r_squared 7.8511562804948010e-01
/adjusted_r_squared 7.7029601619082355e-01
/f_statistic/value 5.2978150543860060e+01
/f_statistic/df1 2.0000000000000000e+00
/f_statistic/p_value 2.0747704562560914e-10
/log_likelihood -7.8104092412883759e+01
/aic 1.6420818482576752e+02
/bic 1.7007112843696643e+02)"},
    {"lm with weights HC3", kCars,
     "--target mpg --features wt,disp --weights qsec --offset drat --robust HC3", 8,
     R"(/coefficients/0/estimate 3.0665891463617907e+01
/coefficients/0/std_error 2.5911110359020091e+00
/coefficients/0/t_value 1.1835035642516415e+01
/coefficients/0/p_value 1.2673019688915274e-12
/coefficients/1/estimate -3.2714562301333783e+00
/coefficients/1/std_error 1.2421838981278401e+00
/coefficients/1/t_value -2.6336327777746593e+00
/coefficients/1/p_value 1.3407601770093015e-02
/coefficients/2/estimate -1.5347399711620907e-02
/coefficients/2/std_error 9.6669642161697593e-03
/coefficients/2/t_value -1.5876131708390504e+00
/coefficients/2/p_value 1.2321866736744348e-01)"},
    {"lm with weights by QR", kCars,
     "--target mpg --features wt,disp --weights qsec --offset drat --method qr", 8,
     R"(/coefficients/0/estimate 3.0665891463617907e+01
/coefficients/0/std_error 2.1752590948166124e+00
/coefficients/0/t_value 1.4097581082038058e+01
/coefficients/0/p_value 1.6459005930439466e-14
/coefficients/0/lower 2.6216987083580218e+01
/coefficients/0/upper 3.5114795843655592e+01
/coefficients/1/estimate -3.2714562301333783e+00
/coefficients/1/std_error 1.1718270639845836e+00
/coefficients/1/t_value -2.7917568476438750e+00
/coefficients/1/p_value 9.1801544952852428e-03
/coefficients/1/lower -5.6681116768479844e+00
/coefficients/1/upper -8.7480078341877210e-01
/coefficients/2/estimate -1.5347399711620907e-02
/coefficients/2/std_error 9.2843160119231681e-03
/coefficients/2/t_value -1.6530458131661356e+00
/coefficients/2/p_value 1.0910861347436704e-01
/coefficients/2/lower -3.4335958026133456e-02
/coefficients/2/upper 3.6411586028916431e-03
/residual_quantiles/0 -1.3234251912766569e+01
/residual_quantiles/1 -1.0503626908879957e+01
/residual_quantiles/2 -1.7525544215593798e+00
/residual_quantiles/3 6.5854469276129564e+00
/residual_quantiles/4 2.7249353265066784e+01
/residual_sd 1.2299965373748613e+01
/degrees_of_freedom 2.9000000000000000e+01
/rank 3.0000000000000000e+00
/r_squared 7.8511562804948010e-01
/adjusted_r_squared 7.7029601619082355e-01
/f_statistic/value 5.2978150543860060e+01
/f_statistic/df1 2.0000000000000000e+00
/f_statistic/p_value 2.0747704562560914e-10
/log_likelihood -7.8104092412883759e+01
/aic 1.6420818482576752e+02
/bic 1.7007112843696643e+02)"},
    {"lm without intercept", kCars,
     "--target mpg --features gear,wt --factor gear --no-intercept --anova", 8,
     R"(/coefficients/0/estimate 3.5215611821978847e+01
/coefficients/0/std_error 2.8690417930466254e+00
/coefficients/0/t_value 1.2274346057741987e+01
/coefficients/0/p_value 8.7234955794939416e-13
/coefficients/0/lower 2.9338646122993104e+01
/coefficients/0/upper 4.1092577520964589e+01
/coefficients/1/estimate 3.7378665456610044e+01
/coefficients/1/std_error 2.0424818925704749e+00
/coefficients/1/t_value 1.8300610444858723e+01
/coefficients/1/p_value 4.1087057926980264e-17
/coefficients/1/lower 3.3194830960881220e+01
/coefficients/1/upper 4.1562499952338868e+01
/coefficients/2/estimate 3.4303549559645177e+01
/coefficients/2/std_error 2.2815566846600208e+00
/coefficients/2/t_value 1.5035151127422816e+01
/coefficients/2/p_value 6.1555982152923144e-15
/coefficients/2/lower 2.9629992552376908e+01
/coefficients/2/upper 3.8977106566913442e+01
/coefficients/3/estimate -4.9090441235452360e+00
/coefficients/3/std_error 7.1123335574115720e-01
/coefficients/3/t_value -6.9021567730462428e+00
/coefficients/3/p_value 1.6766105068192791e-07
/coefficients/3/lower -6.3659396089284197e+00
/coefficients/3/upper -3.4521486381620519e+00
/residual_quantiles/0 -3.5169698529215569e+00
/residual_quantiles/1 -2.3575862216406152e+00
/residual_quantiles/2 -3.5499211603116770e-01
/residual_quantiles/3 1.8500238869026531e+00
/residual_quantiles/4 5.8212316151894861e+00
/residual_sd 2.9151720466374886e+00
/degrees_of_freedom 2.8000000000000000e+01
/rank 4.0000000000000000e+00
/r_squared 9.8305475482866389e-01
/adjusted_r_squared 9.8063400551847302e-01
/f_statistic/value 4.0609523286455084e+02
/f_statistic/df1 4.0000000000000000e+00
/f_statistic/p_value 2.3759524651653015e-24
/log_likelihood -7.7507253635139961e+01
/aic 1.6501450727027992e+02
/bic 1.7234318678427854e+02
/anova/0/df 3.0000000000000000e+00
/anova/0/sum_of_squares 1.3399505999999999e+04
/anova/0/mean_square 4.4665019999999995e+03
/anova/0/f 5.2558038777949832e+02
/anova/0/p_value 1.0419798953409378e-24
/anova/1/df 1.0000000000000000e+00
/anova/1/sum_of_squares 4.0485361427809494e+02
/anova/1/mean_square 4.0485361427809494e+02
/anova/1/f 4.7639768119708130e+01
/anova/1/p_value 1.6766105068192852e-07
/anova/2/df 2.8000000000000000e+01
/anova/2/sum_of_squares 2.3795038572190492e+02
/anova/2/mean_square 8.4982280614966044e+00
/anova/2/f NA
/anova/2/p_value NA)"},
    {"lm of a polynomial", kCars,
     "--target mpg --features hp --degree 3", 8,
     R"(/coefficients/0/estimate 4.4224929718332568e+01
/coefficients/0/std_error 5.9608660400991340e+00
/coefficients/0/t_value 7.4192121448173109e+00
/coefficients/0/p_value 4.4313195965643997e-08
/coefficients/0/lower 3.2014649150508760e+01
/coefficients/0/upper 5.6435210286156376e+01
/coefficients/1/estimate -2.9452889343648414e-01
/coefficients/1/std_error 1.1779279263685102e-01
/coefficients/1/t_value -2.5003982573407630e+00
/coefficients/1/p_value 1.8533969658355961e-02
/coefficients/1/lower -5.3581649112581609e-01
/coefficients/1/upper -5.3241295747152195e-02
/coefficients/2/estimate 9.1146833084993287e-04
/coefficients/2/std_error 6.8633356037969535e-04
/coefficients/2/t_value 1.3280252977075575e+00
/coefficients/2/p_value 1.9489445821201706e-01
/coefficients/2/lower -4.9442223588559296e-04
/coefficients/2/upper 2.3173588975854585e-03
/coefficients/3/estimate -8.7010855341213081e-07
/coefficients/3/std_error 1.2043255422534466e-06
/coefficients/3/t_value -7.2248617411538640e-01
/coefficients/3/p_value 4.7598720491527269e-01
/coefficients/3/lower -3.3370575952105218e-06
/coefficients/3/upper 1.5968404883862600e-06
/residual_quantiles/0 -4.8604513577401054e+00
/residual_quantiles/1 -1.3972427364708639e+00
/residual_quantiles/2 -5.7357098570845544e-01
/residual_quantiles/3 1.6461324254778495e+00
/residual_quantiles/4 9.0737731447600360e+00
/residual_sd 3.1030260313370421e+00
/degrees_of_freedom 2.8000000000000000e+01
/rank 4.0000000000000000e+00
/r_squared 7.6057346581459429e-01
/adjusted_r_squared 7.3492062286615800e-01
/f_statistic/value 2.9648700822103418e+01
/f_statistic/df1 3.0000000000000000e+00
/f_statistic/p_value 7.7688181721299623e-09
/log_likelihood -7.9505619565135760e+01
/aic 1.6901123913027152e+02
/bic 1.7633991864427014e+02)"},
    {"lm of two factors", kBreaks,
     "--target breaks --features wool:tension,wool,tension --anova", 8,
     R"(/coefficients/0/estimate 2.4555555555555550e+01
/coefficients/0/std_error 3.6467613457364050e+00
/coefficients/0/t_value 6.7335241403347030e+00
/coefficients/0/p_value 1.8845306915663430e-08
/coefficients/0/lower 1.7223250441057417e+01
/coefficients/0/upper 3.1887860670053684e+01
/coefficients/1/estimate -5.7777777777777732e+00
/coefficients/1/std_error 5.1572993538783836e+00
/coefficients/1/t_value -1.1203107249209372e+00
/coefficients/1/p_value 2.6815563736828846e-01
/coefficients/1/lower -1.6147223114158642e+01
/coefficients/1/upper 4.5916675586030955e+00
/coefficients/2/estimate 2.0000000000000004e+01
/coefficients/2/std_error 5.1572993538783827e+00
/coefficients/2/t_value 3.8779986631878640e+00
/coefficients/2/p_value 3.1992822569262261e-04
/coefficients/2/lower 9.6305546636191348e+00
/coefficients/2/upper 3.0369445336380871e+01
/coefficients/3/estimate -5.5555555555554892e-01
/coefficients/3/std_error 5.1572993538783827e+00
/coefficients/3/t_value -1.0772218508855047e-01
/coefficients/3/p_value 9.1466508923285306e-01
/coefficients/3/lower -1.0925000891936417e+01
/coefficients/3/upper 9.8138897808253205e+00
/coefficients/4/estimate -1.0555555555555562e+01
/coefficients/4/std_error 7.2935226914728091e+00
/coefficients/4/t_value -1.4472506636466005e+00
/coefficients/4/p_value 1.5432658047014669e-01
/coefficients/4/lower -2.5220165784551831e+01
/coefficients/4/upper 4.1090546734407045e+00
/coefficients/5/estimate 1.0555555555555546e+01
/coefficients/5/std_error 7.2935226914728091e+00
/coefficients/5/t_value 1.4472506636465983e+00
/coefficients/5/p_value 1.5432658047014730e-01
/coefficients/5/lower -4.1090546734407205e+00
/coefficients/5/upper 2.5220165784551813e+01
/residual_quantiles/0 -1.9555555555555554e+01
/residual_quantiles/1 -6.8888888888888893e+00
/residual_quantiles/2 -6.6666666666666607e-01
/residual_quantiles/3 7.1944444444444366e+00
/residual_quantiles/4 2.5444444444444439e+01
/residual_sd 1.0940284037209215e+01
/degrees_of_freedom 4.8000000000000000e+01
/rank 6.0000000000000000e+00
/r_squared 3.7775085644600981e-01
/adjusted_r_squared 3.1293323732580247e-01
/f_statistic/value 5.8279039183073547e+00
/f_statistic/df1 5.0000000000000000e+00
/f_statistic/p_value 2.7719640434769195e-04
/log_likelihood -2.0263493386161582e+02
/aic 4.1926986772323164e+02
/bic 4.3319275604918158e+02
/anova/0/df 1.0000000000000000e+00
/anova/0/sum_of_squares 4.5066666666666720e+02
/anova/0/mean_square 4.5066666666666720e+02
/anova/0/f 3.7652883611186376e+00
/anova/0/p_value 5.8212975959559654e-02
/anova/1/df 2.0000000000000000e+00
/anova/1/sum_of_squares 2.0342592592592607e+03
/anova/1/mean_square 1.0171296296296304e+03
/anova/1/f 8.4980466483580326e+00
/anova/1/p_value 6.9262093671343785e-04
/anova/2/df 2.0000000000000000e+00
/anova/2/sum_of_squares 1.0027777777777778e+03
/anova/2/mean_square 5.0138888888888891e+02
/anova/2/f 4.1890689668510435e+00
/anova/2/p_value 2.1044190727863028e-02
/anova/3/df 4.8000000000000000e+01
/anova/3/sum_of_squares 5.7451111111111095e+03
/anova/3/mean_square 1.1968981481481478e+02
/anova/3/f NA
/anova/3/p_value NA)"},
    {"lm of a nested factor", kBreaks,
     "--target breaks --features tension,tension:wool", 8,
     R"(/coefficients/0/estimate 2.4555555555555557e+01
/coefficients/0/std_error 3.6467613457364050e+00
/coefficients/0/t_value 6.7335241403347048e+00
/coefficients/0/p_value 1.8845306915663430e-08
/coefficients/0/lower 1.7223250441057424e+01
/coefficients/0/upper 3.1887860670053691e+01
/coefficients/1/estimate 2.0000000000000004e+01
/coefficients/1/std_error 5.1572993538783827e+00
/coefficients/1/t_value 3.8779986631878640e+00
/coefficients/1/p_value 3.1992822569262261e-04
/coefficients/1/lower 9.6305546636191348e+00
/coefficients/1/upper 3.0369445336380871e+01
/coefficients/2/estimate -5.5555555555555547e-01
/coefficients/2/std_error 5.1572993538783845e+00
/coefficients/2/t_value -1.0772218508855171e-01
/coefficients/2/p_value 9.1466508923285206e-01
/coefficients/2/lower -1.0925000891936428e+01
/coefficients/2/upper 9.8138897808253169e+00
/coefficients/3/estimate -5.7777777777777768e+00
/coefficients/3/std_error 5.1572993538783827e+00
/coefficients/3/t_value -1.1203107249209381e+00
/coefficients/3/p_value 2.6815563736828812e-01
/coefficients/3/lower -1.6147223114158646e+01
/coefficients/3/upper 4.5916675586030919e+00
/coefficients/4/estimate -1.6333333333333332e+01
/coefficients/4/std_error 5.1572993538783827e+00
/coefficients/4/t_value -3.1670322416034216e+00
/coefficients/4/p_value 2.6768025165729075e-03
/coefficients/4/lower -2.6702778669714199e+01
/coefficients/4/upper -5.9638879969524634e+00
/coefficients/5/estimate 4.7777777777777768e+00
/coefficients/5/std_error 5.1572993538783845e+00
/coefficients/5/t_value 9.2641079176154462e-01
/coefficients/5/p_value 3.5886725920610218e-01
/coefficients/5/lower -5.5916675586030937e+00
/coefficients/5/upper 1.5147223114158647e+01
/residual_quantiles/0 -1.9555555555555561e+01
/residual_quantiles/1 -6.8888888888888902e+00
/residual_quantiles/2 -6.6666666666666596e-01
/residual_quantiles/3 7.1944444444444429e+00
/residual_quantiles/4 2.5444444444444436e+01
/residual_sd 1.0940284037209215e+01
/degrees_of_freedom 4.8000000000000000e+01
/rank 6.0000000000000000e+00
/r_squared 3.7775085644600981e-01
/adjusted_r_squared 3.1293323732580247e-01
/f_statistic/value 5.8279039183073547e+00
/f_statistic/df1 5.0000000000000000e+00
/f_statistic/p_value 2.7719640434769195e-04
/log_likelihood -2.0263493386161582e+02
/aic 4.1926986772323164e+02
/bic 4.3319275604918158e+02)"},
    {"lm of slopes by factor", kBreaks,
     "--target breaks --features wool:exposure", 8,
     R"(/coefficients/0/estimate 1.4370370370370379e+01
/coefficients/0/std_error 8.6679568461619247e+00
/coefficients/0/t_value 1.6578728557853193e+00
/coefficients/0/p_value 1.0348244012052997e-01
/coefficients/0/lower -3.0312791157823380e+00
/coefficients/0/upper 3.1772019856523094e+01
/coefficients/1/estimate 8.4222222222222207e+00
/coefficients/1/std_error 4.3305098523587935e+00
/coefficients/1/t_value 1.9448569589640132e+00
/coefficients/1/p_value 5.7316096190010948e-02
/coefficients/1/lower -2.7163907456611902e-01
/coefficients/1/upper 1.7116083519010559e+01
/coefficients/2/estimate 5.3555555555555543e+00
/coefficients/2/std_error 4.3305098523587944e+00
/coefficients/2/t_value 1.2367032377581189e+00
/coefficients/2/p_value 2.2186215276903035e-01
/coefficients/2/lower -3.3383057412327872e+00
/coefficients/2/upper 1.4049416852343896e+01
/residual_quantiles/0 -2.1214814814814819e+01
/residual_quantiles/1 -9.0037037037037049e+00
/residual_quantiles/2 -1.7037037037037051e+00
/residual_quantiles/3 4.4268518518518523e+00
/residual_quantiles/4 3.8785185185185178e+01
/residual_sd 1.2739242831336519e+01
/degrees_of_freedom 5.1000000000000000e+01
/rank 3.0000000000000000e+00
/r_squared 1.0355575523695672e-01
/adjusted_r_squared 6.8401078971739193e-02
/f_statistic/value 2.9457177888853581e+00
/f_statistic/df1 2.0000000000000000e+00
/f_statistic/p_value 6.1566395197447533e-02
/log_likelihood -2.1249251328265413e+02
/aic 4.3298502656530826e+02
/bic 4.4094096275156534e+02)"},
    {"lm predictions", kCars,
     "--target mpg --features wt --predict @wt", 8,
     R"(/predictions/0/fit 2.6596183021896671e+01
/predictions/1/fit 1.8579475662812655e+01
/predictions/2/fit 5.2182967310059638e+00
/predictions/0/std_error 8.6780667267021105e-01
/predictions/1/std_error 5.6116825603799148e-01
/predictions/2/std_error 1.6463753871214304e+00
/predictions/0/lower 2.4823885356907876e+01
/predictions/1/lower 1.7433417190155666e+01
/predictions/2/lower 1.8559496251555792e+00
/predictions/0/upper 2.8368480686885466e+01
/predictions/1/upper 1.9725534135469644e+01
/predictions/2/upper 8.5806438368563480e+00
/predictions/0/prediction_lower 2.0128113555487392e+01
/predictions/1/prediction_lower 1.2254261545352270e+01
/predictions/2/prediction_lower -1.8527895836412940e+00
/predictions/0/prediction_upper 3.3064252488305954e+01
/predictions/1/prediction_upper 2.4904689780273038e+01
/predictions/2/prediction_upper 1.2289383045653221e+01)"},
    {"binomial logit", kCars,
     "--target am --features wt,hp --model binomial --anova --link logit", 8,
     R"(/coefficients/0/estimate 1.8866298717204156e+01
/coefficients/0/std_error 7.4435584279817206e+00
/coefficients/0/z_value 2.5345805906866037e+00
/coefficients/0/p_value 1.1258202740762915e-02
/coefficients/0/lower 4.2771922815404047e+00
/coefficients/0/upper 3.3455405152867911e+01
/coefficients/1/estimate -8.0834751824446496e+00
/coefficients/1/std_error 3.0686752753905897e+00
/coefficients/1/z_value -2.6341904753723941e+00
/coefficients/1/p_value 8.4338160612910489e-03
/coefficients/1/lower -1.4097968202458736e+01
/coefficients/1/upper -2.0689821624305633e+00
/coefficients/2/estimate 3.6255596082216610e-02
/coefficients/2/std_error 1.7734154331947027e-02
/coefficients/2/z_value 2.0443938517499141e+00
/coefficients/2/p_value 4.0914654210384191e-02
/coefficients/2/lower 1.4972922953254628e-03
/coefficients/2/upper 7.1013899869107749e-02
/residual_quantiles/0 -2.2536711333343105e+00
/residual_quantiles/1 -1.5675408233047144e-01
/residual_quantiles/2 -1.6802632832640298e-02
/residual_quantiles/3 1.5432845189982558e-01
/residual_quantiles/4 1.3449203041770017e+00
/dispersion 1.0000000000000000e+00
/null_deviance 4.3229733276857807e+01
/null_degrees_of_freedom 3.1000000000000000e+01
/deviance 1.0059110472266994e+01
/degrees_of_freedom 2.9000000000000000e+01
/log_likelihood -5.0295552361334970e+00
/aic 1.6059110472266994e+01
/bic 2.0456318180666173e+01
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 3.1000000000000000e+01
/anova/0/residual_deviance 4.3229733276857807e+01
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 2.4053648469412721e+01
/anova/1/residual_df 3.0000000000000000e+01
/anova/1/residual_deviance 1.9176084807445086e+01
/anova/1/p_value 9.3688573748588702e-07
/anova/2/df 1.0000000000000000e+00
/anova/2/deviance 9.1169743351780923e+00
/anova/2/residual_df 2.9000000000000000e+01
/anova/2/residual_deviance 1.0059110472266994e+01
/anova/2/p_value 2.5324848119910172e-03)"},
    {"binomial HC3 logit", kCars,
     "--target am --features wt,hp --model binomial --robust HC3 --link logit", 8,
     R"(/coefficients/0/estimate 1.8866298717204156e+01
/coefficients/0/std_error 9.7650873721955378e+00
/coefficients/0/z_value 1.9320153520513093e+00
/coefficients/0/p_value 5.3357611044862092e-02
/coefficients/1/estimate -8.0834751824446496e+00
/coefficients/1/std_error 3.2942470195887599e+00
/coefficients/1/z_value -2.4538157382787151e+00
/coefficients/1/p_value 1.4134938961606339e-02
/coefficients/2/estimate 3.6255596082216610e-02
/coefficients/2/std_error 1.1822058032018216e-02
/coefficients/2/z_value 3.0667753435166647e+00
/coefficients/2/p_value 2.1638141786934528e-03)"},
    {"binomial probit", kCars,
     "--target am --features wt,hp --model binomial --anova --link probit", 7,
     R"(/coefficients/0/estimate 1.0405549898665253e+01
/coefficients/0/std_error 3.6205277279353507e+00
/coefficients/0/z_value 2.8740423166429228e+00
/coefficients/0/p_value 4.0525466109254532e-03
/coefficients/0/lower 3.3094459468833355e+00
/coefficients/0/upper 1.7501653850447170e+01
/coefficients/1/estimate -4.5422075960296855e+00
/coefficients/1/std_error 1.5121491083604193e+00
/coefficients/1/z_value -3.0038093273451540e+00
/coefficients/1/p_value 2.6662236200113241e-03
/coefficients/1/lower -7.5059653876704626e+00
/coefficients/1/upper -1.5784498043889088e+00
/coefficients/2/estimate 2.1259060172769316e-02
/coefficients/2/std_error 9.1908893958646508e-03
/coefficients/2/z_value 2.3130579922259340e+00
/coefficients/2/p_value 2.0719450911079684e-02
/coefficients/2/lower 3.2452479709835086e-03
/coefficients/2/upper 3.9272872374555123e-02
/residual_quantiles/0 -2.1374530472861717e+00
/residual_quantiles/1 -1.0432858911429355e-01
/residual_quantiles/2 -2.2881332936540745e-03
/residual_quantiles/3 1.3473052298423677e-01
/residual_quantiles/4 1.3978214623032224e+00
/dispersion 1.0000000000000000e+00
/null_deviance 4.3229733276857807e+01
/null_degrees_of_freedom 3.1000000000000000e+01
/deviance 9.8605071390678809e+00
/degrees_of_freedom 2.9000000000000000e+01
/log_likelihood -4.9302535695339404e+00
/aic 1.5860507139067881e+01
/bic 2.0257714847467060e+01
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 3.1000000000000000e+01
/anova/0/residual_deviance 4.3229733276857807e+01
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 2.4031003271730583e+01
/anova/1/residual_df 3.0000000000000000e+01
/anova/1/residual_deviance 1.9198730005127224e+01
/anova/1/p_value 9.4796920718845061e-07
/anova/2/df 1.0000000000000000e+00
/anova/2/deviance 9.3382228660593434e+00
/anova/2/residual_df 2.9000000000000000e+01
/anova/2/residual_deviance 9.8605071390678809e+00
/anova/2/p_value 2.2442305374744172e-03)"},
    {"binomial HC3 probit", kCars,
     "--target am --features wt,hp --model binomial --robust HC3 --link probit", 8,
     R"(/coefficients/0/estimate 1.0405549898665253e+01
/coefficients/0/std_error 4.3795529873210191e+00
/coefficients/0/z_value 2.3759388067206255e+00
/coefficients/0/p_value 1.7504365480484216e-02
/coefficients/1/estimate -4.5422075960296855e+00
/coefficients/1/std_error 1.4265198012086588e+00
/coefficients/1/z_value -3.1841181539724670e+00
/coefficients/1/p_value 1.4519573360449009e-03
/coefficients/2/estimate 2.1259060172769316e-02
/coefficients/2/std_error 5.3779065071093285e-03
/coefficients/2/z_value 3.9530363989529906e+00
/coefficients/2/p_value 7.7165693283390153e-05)"},
    {"binomial cloglog", kCars,
     "--target am --features wt,hp --model binomial --anova --link cloglog", 8,
     R"(/coefficients/0/estimate 1.0845479282615411e+01
/coefficients/0/std_error 3.8038607921148788e+00
/coefficients/0/z_value 2.8511767058082897e+00
/coefficients/0/p_value 4.3557755556986400e-03
/coefficients/0/lower 3.3900491278662486e+00
/coefficients/0/upper 1.8300909437364574e+01
/coefficients/1/estimate -5.1810201083382523e+00
/coefficients/1/std_error 1.7355284649821536e+00
/coefficients/1/z_value -2.9852694512800908e+00
/coefficients/1/p_value 2.8332862591604743e-03
/coefficients/1/lower -8.5825933938473575e+00
/coefficients/1/upper -1.7794468228291476e+00
/coefficients/2/estimate 2.6443843511166177e-02
/coefficients/2/std_error 1.0169847813795523e-02
/coefficients/2/z_value 2.6002201798236135e+00
/coefficients/2/p_value 9.3163963676953631e-03
/coefficients/2/lower 6.5113080678735509e-03
/coefficients/2/upper 4.6376378954458800e-02
/residual_quantiles/0 -1.9468883076343753e+00
/residual_quantiles/1 -2.2891121824812083e-01
/residual_quantiles/2 -4.8876724658688864e-02
/residual_quantiles/3 6.0101210792526130e-02
/residual_quantiles/4 1.6103483690814726e+00
/dispersion 1.0000000000000000e+00
/null_deviance 4.3229733276857807e+01
/null_degrees_of_freedom 3.1000000000000000e+01
/deviance 1.0891586647427163e+01
/degrees_of_freedom 2.9000000000000000e+01
/log_likelihood -5.4457933237135805e+00
/aic 1.6891586647427161e+01
/bic 2.1288794355826340e+01
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 3.1000000000000000e+01
/anova/0/residual_deviance 4.3229733276857807e+01
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 2.3431801462808398e+01
/anova/1/residual_df 3.0000000000000000e+01
/anova/1/residual_deviance 1.9797931814049409e+01
/anova/1/p_value 1.2942124762190590e-06
/anova/2/df 1.0000000000000000e+00
/anova/2/deviance 8.9063451666222466e+00
/anova/2/residual_df 2.9000000000000000e+01
/anova/2/residual_deviance 1.0891586647427163e+01
/anova/2/p_value 2.8418146175253354e-03)"},
    {"binomial HC3 cloglog", kCars,
     "--target am --features wt,hp --model binomial --robust HC3 --link cloglog", 8,
     R"(/coefficients/0/estimate 1.0845479282615411e+01
/coefficients/0/std_error 3.4352418928491799e+00
/coefficients/0/z_value 3.1571224446206907e+00
/coefficients/0/p_value 1.5933442485160109e-03
/coefficients/1/estimate -5.1810201083382523e+00
/coefficients/1/std_error 1.2590547430371593e+00
/coefficients/1/z_value -4.1150078159749581e+00
/coefficients/1/p_value 3.8716629535603429e-05
/coefficients/2/estimate 2.6443843511166177e-02
/coefficients/2/std_error 6.2960803884375537e-03
/coefficients/2/z_value 4.2000485825640048e+00
/coefficients/2/p_value 2.6685771405360765e-05)"},
    {"binomial shares", kCancer,
     "--target share --features agegp,alcgp --weights trials --model binomial", 8,
     R"(/coefficients/0/estimate -6.2314422224313297e+00
/coefficients/0/std_error 1.0631592724656314e+00
/coefficients/0/z_value -5.8612499404530878e+00
/coefficients/0/p_value 4.5939588512852383e-09
/coefficients/0/lower -8.3151961062937723e+00
/coefficients/0/upper -4.1476883385688863e+00
/coefficients/1/estimate 1.6345592122677026e+00
/coefficients/1/std_error 1.0843099166362316e+00
/coefficients/1/z_value 1.5074649666014912e+00
/coefficients/1/p_value 1.3169151719230790e-01
/coefficients/1/lower -4.9064917241893924e-01
/coefficients/1/upper 3.7597675969543447e+00
/coefficients/2/estimate 3.4433705359141884e+00
/coefficients/2/std_error 1.0453349554385034e+00
/coefficients/2/z_value 3.2940355796958332e+00
/coefficients/2/p_value 9.8759996609772095e-04
/coefficients/2/lower 1.3945516714739399e+00
/coefficients/2/upper 5.4921894003544374e+00
/coefficients/3/estimate 3.9793422512307139e+00
/coefficients/3/std_error 1.0428823031346339e+00
/coefficients/3/z_value 3.8157155790925232e+00
/coefficients/3/p_value 1.3578884373759216e-04
/coefficients/3/lower 1.9353304969726488e+00
/coefficients/3/upper 6.0233540054887786e+00
/coefficients/4/estimate 3.8598423012711573e+00
/coefficients/4/std_error 4.6495097491776677e-01
/coefficients/4/z_value 8.3016113730137366e+00
/coefficients/4/p_value 1.0270870536972319e-16
/coefficients/4/lower 2.9485551358555488e+00
/coefficients/4/upper 4.7711294666867659e+00
/coefficients/5/estimate 1.4353064981743748e+00
/coefficients/5/std_error 3.2656131318267562e-01
/coefficients/5/z_value 4.3952129056128477e+00
/coefficients/5/p_value 1.1066423558004724e-05
/coefficients/5/lower 7.9525808559222555e-01
/coefficients/5/upper 2.0753549107565243e+00
/coefficients/6/estimate 2.1707515307269549e+00
/coefficients/6/std_error 3.5367655730436393e-01
/coefficients/6/z_value 6.1376743408494230e+00
/coefficients/6/p_value 8.3738300072067096e-10
/coefficients/6/lower 1.4775582162342853e+00
/coefficients/6/upper 2.8639448452196246e+00
/residual_quantiles/0 -2.4220996596253270e+00
/residual_quantiles/1 -7.0287313414032415e-01
/residual_quantiles/2 -2.6145925789385055e-01
/residual_quantiles/3 6.0636419514536977e-01
/residual_quantiles/4 3.4027500590749860e+00
/dispersion 1.0000000000000000e+00
/null_deviance 2.7047555700619307e+02
/null_degrees_of_freedom 5.9000000000000000e+01
/deviance 8.0149742908900521e+01
/degrees_of_freedom 5.3000000000000000e+01
/log_likelihood -7.6827598958794567e+01
/aic 1.6765519791758913e+02
/bic 1.8231560985314383e+02)"},
    {"binomial without intercept", kCars,
     "--target am --features wt --no-intercept --model logistic", 8,
     R"(/coefficients/0/estimate -2.3880449876673135e-01
/coefficients/0/std_error 1.1655503811384813e-01
/coefficients/0/z_value -2.0488560823383106e+00
/coefficients/0/p_value 4.0476189878688840e-02
/coefficients/0/lower -4.6724817568656696e-01
/coefficients/0/upper -1.0360821846895768e-02
/residual_quantiles/0 -9.3970569978706653e-01
/residual_quantiles/1 -8.5252055979625263e-01
/residual_quantiles/2 -7.5488537332505068e-01
/residual_quantiles/3 1.4022877062521171e+00
/residual_quantiles/4 1.5541168676345329e+00
/dispersion 1.0000000000000000e+00
/null_deviance 4.4361419555836498e+01
/null_degrees_of_freedom 3.2000000000000000e+01
/deviance 3.9716566738161632e+01
/degrees_of_freedom 3.1000000000000000e+01
/log_likelihood -1.9858283369080816e+01
/aic 4.1716566738161632e+01
/bic 4.3182302640961360e+01)"},
    {"binomial predictions", kCars,
     "--target am --features wt --model logistic --predict @wt", 8,
     R"(/predictions/0/fit 9.8187959085175758e-01
/predictions/1/fit 1.1470826669847484e-01
/predictions/2/fit 5.5403350276292813e-06
/predictions/0/std_error 3.0285003541637334e-02
/predictions/1/std_error 8.1798337056723361e-02
/predictions/2/std_error 2.3201494963764667e-05
/predictions/0/lower 6.5841743446006806e-01
/predictions/1/lower 2.6026517793574008e-02
/predictions/2/lower 1.5097534650153855e-09
/predictions/0/upper 9.9934394515850333e-01
/predictions/1/upper 3.8585198376974406e-01
/predictions/2/upper 1.9926430515921002e-02)"},
    {"poisson log", kBreaks,
     "--target breaks --features wool,tension --model poisson --anova --link log", 8,
     R"(/coefficients/0/estimate 3.1734746484292340e+00
/coefficients/0/std_error 5.5673380081461055e-02
/coefficients/0/z_value 5.7001652204084237e+01
/coefficients/0/p_value 0.0000000000000000e+00
/coefficients/0/lower 3.0643568285719609e+00
/coefficients/0/upper 3.2825924682865071e+00
/coefficients/1/estimate -2.0598844263862115e-01
/coefficients/1/std_error 5.1571242783729918e-02
/coefficients/1/z_value -3.9942501192468436e+00
/coefficients/1/p_value 6.4899325498296925e-05
/coefficients/1/lower -3.0706622113270293e-01
/coefficients/1/upper -1.0491066414453938e-01
/coefficients/2/estimate 5.1848849651156037e-01
/coefficients/2/std_error 6.3959519395899722e-02
/coefficients/2/z_value 8.1065102022139222e+00
/coefficients/2/p_value 5.2094346311829942e-16
/coefficients/2/lower 3.9313014202710594e-01
/coefficients/2/upper 6.4384685099601480e-01
/coefficients/3/estimate 1.9716806491094915e-01
/coefficients/3/std_error 6.8332757312999606e-02
/coefficients/3/z_value 2.8854106385289966e+00
/coefficients/3/p_value 3.9090341869215065e-03
/coefficients/3/lower 6.3238321613153958e-02
/coefficients/3/upper 3.3109780820874435e-01
/residual_quantiles/0 -3.6871117554164514e+00
/residual_quantiles/1 -1.6503218460240245e+00
/residual_quantiles/2 -4.2687193328007711e-01
/residual_quantiles/3 1.1901539649646571e+00
/residual_quantiles/4 4.2616393111795512e+00
/dispersion 1.0000000000000000e+00
/null_deviance 2.9737221180460534e+02
/null_degrees_of_freedom 5.3000000000000000e+01
/deviance 2.1039188876245382e+02
/degrees_of_freedom 5.0000000000000000e+01
/log_likelihood -2.4252798320897884e+02
/aic 4.9305596641795768e+02
/bic 5.0101190260421475e+02
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 5.3000000000000000e+01
/anova/0/residual_deviance 2.9737221180460534e+02
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 1.6038752534108085e+01
/anova/1/residual_df 5.2000000000000000e+01
/anova/1/residual_deviance 2.8133345927049726e+02
/anova/1/p_value 6.2059173203389141e-05
/anova/2/df 2.0000000000000000e+00
/anova/2/deviance 7.0941570508043441e+01
/anova/2/residual_df 5.0000000000000000e+01
/anova/2/residual_deviance 2.1039188876245382e+02
/anova/2/p_value 3.9376190313659671e-16)"},
    {"poisson identity", kBreaks,
     "--target breaks --features wool,tension --model poisson --anova --link identity", 8,
     R"(/coefficients/0/estimate 2.4054429840163664e+01
/coefficients/0/std_error 1.3429983590125421e+00
/coefficients/0/z_value 1.7910989748230232e+01
/coefficients/0/p_value 9.6798919539982294e-72
/coefficients/0/lower 2.1422201425202687e+01
/coefficients/0/upper 2.6686658255124641e+01
/coefficients/1/estimate -4.8771315843879739e+00
/coefficients/1/std_error 1.4129220637758035e+00
/coefficients/1/z_value -3.4518050991111542e+00
/coefficients/1/p_value 5.5684980193614530e-04
/coefficients/1/lower -7.6464079423505531e+00
/coefficients/1/upper -2.1078552264253942e+00
/coefficients/2/estimate 1.4385024673624820e+01
/coefficients/2/std_error 1.7825500487245254e+00
/coefficients/2/z_value 8.0699134837295539e+00
/coefficients/2/p_value 7.0347998984132422e-16
/coefficients/2/lower 1.0891290777484631e+01
/coefficients/2/upper 1.7878758569765008e+01
/coefficients/3/estimate 5.2118276269106012e+00
/coefficients/3/std_error 1.6321612798633522e+00
/coefficients/3/z_value 3.1932062665687950e+00
/coefficients/3/p_value 1.4070240264639302e-03
/coefficients/3/lower 2.0128503014176320e+00
/coefficients/3/upper 8.4108049524035700e+00
/residual_quantiles/0 -3.8266089934283487e+00
/residual_quantiles/1 -1.5822156887302563e+00
/residual_quantiles/2 -4.7759048685984518e-01
/residual_quantiles/3 1.1656376982113472e+00
/residual_quantiles/4 4.5603100592659978e+00
/dispersion 1.0000000000000000e+00
/null_deviance 2.9737221180460534e+02
/null_degrees_of_freedom 5.3000000000000000e+01
/deviance 2.1469716668125321e+02
/degrees_of_freedom 5.0000000000000000e+01
/log_likelihood -2.4468062216837853e+02
/aic 4.9736124433675707e+02
/bic 5.0531718052301414e+02
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 5.3000000000000000e+01
/anova/0/residual_deviance 2.9737221180460534e+02
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 1.6038752534108141e+01
/anova/1/residual_df 5.2000000000000000e+01
/anova/1/residual_deviance 2.8133345927049720e+02
/anova/1/p_value 6.2059173203387393e-05
/anova/2/df 2.0000000000000000e+00
/anova/2/deviance 6.6636292589243993e+01
/anova/2/residual_df 5.0000000000000000e+01
/anova/2/residual_deviance 2.1469716668125321e+02
/anova/2/p_value 3.3893226741328126e-15)"},
    {"poisson sqrt", kBreaks,
     "--target breaks --features wool,tension --model poisson --anova --link sqrt", 8,
     R"(/coefficients/0/estimate 4.8976394031147139e+00
/coefficients/0/std_error 1.3608276348795434e-01
/coefficients/0/z_value 3.5990152445340655e+01
/coefficients/0/p_value 1.1927213494750711e-283
/coefficients/0/lower 4.6309220877616415e+00
/coefficients/0/upper 5.1643567184677863e+00
/coefficients/1/estimate -5.0586023930564161e-01
/coefficients/1/std_error 1.3608276348795434e-01
/coefficients/1/z_value -3.7172984023830389e+00
/coefficients/1/p_value 2.0136455353077524e-04
/coefficients/1/lower -7.7257755465871436e-01
/coefficients/1/upper -2.3914292395256892e-01
/coefficients/2/estimate 1.3643769278856335e+00
/coefficients/2/std_error 1.6666666666666666e-01
/coefficients/2/z_value 8.1862615673138013e+00
/coefficients/2/p_value 2.6946573890890405e-16
/coefficients/2/lower 1.0377162637956245e+00
/coefficients/2/upper 1.6910375919756424e+00
/coefficients/3/estimate 5.0990826635473607e-01
/coefficients/3/std_error 1.6666666666666666e-01
/coefficients/3/z_value 3.0594495981284164e+00
/coefficients/3/p_value 2.2174409589784932e-03
/coefficients/3/lower 1.8324760226472714e-01
/coefficients/3/upper 8.3656893044474501e-01
/residual_quantiles/0 -3.7610047002874119e+00
/residual_quantiles/1 -1.5881044738831018e+00
/residual_quantiles/2 -4.5322931505346975e-01
/residual_quantiles/3 1.1626448724804912e+00
/residual_quantiles/4 4.4220364434649921e+00
/dispersion 1.0000000000000000e+00
/null_deviance 2.9737221180460534e+02
/null_degrees_of_freedom 5.3000000000000000e+01
/deviance 2.1268209424813122e+02
/degrees_of_freedom 5.0000000000000000e+01
/log_likelihood -2.4367308595181754e+02
/aic 4.9534617190363508e+02
/bic 5.0330210808989216e+02
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 5.3000000000000000e+01
/anova/0/residual_deviance 2.9737221180460534e+02
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 1.6038752534108141e+01
/anova/1/residual_df 5.2000000000000000e+01
/anova/1/residual_deviance 2.8133345927049720e+02
/anova/1/p_value 6.2059173203387393e-05
/anova/2/df 2.0000000000000000e+00
/anova/2/deviance 6.8651365022365979e+01
/anova/2/residual_df 5.0000000000000000e+01
/anova/2/residual_deviance 2.1268209424813122e+02
/anova/2/p_value 1.2375008269806729e-15)"},
    {"poisson with offset", kBreaks,
     "--target breaks --features wool,tension,wool:tension --offset log_exposure --model poisson --anova", 8,
     R"(/coefficients/0/estimate 2.5077909191161538e+00
/coefficients/0/std_error 6.7267279399631286e-02
/coefficients/0/z_value 3.7280992207481781e+01
/coefficients/0/p_value 3.3357085814261143e-304
/coefficients/0/lower 2.3759494741548832e+00
/coefficients/0/upper 2.6396323640774244e+00
/coefficients/1/estimate -2.6826398659467959e-01
/coefficients/1/std_error 1.0218633294693412e-01
/coefficients/1/z_value -2.6252433065974725e+00
/coefficients/1/p_value 8.6587069482797728e-03
/coefficients/1/lower -4.6854551888288914e-01
/coefficients/1/upper -6.7982454306470042e-02
/coefficients/2/estimate 5.9579872578881654e-01
/coefficients/2/std_error 8.3777398287742111e-02
/coefficients/2/z_value 7.1116880920852230e+00
/coefficients/2/p_value 1.1463209671916887e-12
/coefficients/2/lower 4.3159804242637445e-01
/coefficients/2/upper 7.5999940915125863e-01
/coefficients/3/estimate -2.2884293833587876e-02
/coefficients/3/std_error 9.5679237598643566e-02
/coefficients/3/z_value -2.3917721762774899e-01
/coefficients/3/p_value 8.1096816775004288e-01
/coefficients/3/lower -2.1041215359517981e-01
/coefficients/3/upper 1.6464356592800408e-01
/coefficients/4/estimate -1.8836317369335306e-01
/coefficients/4/std_error 1.2989541986225817e-01
/coefficients/4/z_value -1.4501140524669340e+00
/coefficients/4/p_value 1.4702671704895900e-01
/coefficients/4/lower -4.4295351838008779e-01
/coefficients/4/upper 6.6227170993381684e-02
/coefficients/5/estimate 4.4981364061005225e-01
/coefficients/5/std_error 1.3759607600427845e-01
/coefficients/5/z_value 3.2690877070946822e+00
/coefficients/5/p_value 1.0789485133569381e-03
/coefficients/5/lower 1.8013028722763058e-01
/coefficients/5/upper 7.1949699399247391e-01
/residual_quantiles/0 -3.3382696891775132e+00
/residual_quantiles/1 -1.3166504760846975e+00
/residual_quantiles/2 -2.3307707474137157e-01
/residual_quantiles/3 1.2062219997399333e+00
/residual_quantiles/4 3.8845233191417621e+00
/dispersion 1.0000000000000000e+00
/null_deviance 3.0295699520335870e+02
/null_degrees_of_freedom 5.3000000000000000e+01
/deviance 1.8788991468460011e+02
/degrees_of_freedom 4.8000000000000000e+01
/log_likelihood -2.3127699617005197e+02
/aic 4.7455399234010395e+02
/bic 4.8648789661948962e+02
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 5.3000000000000000e+01
/anova/0/residual_deviance 3.0295699520335870e+02
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 1.6038752534108141e+01
/anova/1/residual_df 5.2000000000000000e+01
/anova/1/residual_deviance 2.8691824266925056e+02
/anova/1/p_value 6.2059173203387393e-05
/anova/2/df 2.0000000000000000e+00
/anova/2/deviance 7.0941570508043384e+01
/anova/2/residual_df 5.0000000000000000e+01
/anova/2/residual_deviance 2.1597667216120718e+02
/anova/2/p_value 3.9376190313660791e-16
/anova/3/df 2.0000000000000000e+00
/anova/3/deviance 2.8086757476607062e+01
/anova/3/residual_df 4.8000000000000000e+01
/anova/3/residual_deviance 1.8788991468460011e+02
/anova/3/p_value 7.9622921158249458e-07)"},
    {"poisson HC0", kBreaks,
     "--target breaks --features wool,tension,wool:tension --offset log_exposure --model poisson --robust HC0", 8,
     R"(/coefficients/0/estimate 2.5077909191161538e+00
/coefficients/0/std_error 1.3838183061450249e-01
/coefficients/0/z_value 1.8122255703512394e+01
/coefficients/0/p_value 2.1269343807434117e-73
/coefficients/1/estimate -2.6826398659467959e-01
/coefficients/1/std_error 1.5985958713860654e-01
/coefficients/1/z_value -1.6781226036952093e+00
/coefficients/1/p_value 9.3323166907366417e-02
/coefficients/2/estimate 5.9579872578881654e-01
/coefficients/2/std_error 1.7388919480632423e-01
/coefficients/2/z_value 3.4263125230547549e+00
/coefficients/2/p_value 6.1183596635263303e-04
/coefficients/3/estimate -2.2884293833587876e-02
/coefficients/3/std_error 1.8247088400822303e-01
/coefficients/3/z_value -1.2541339928268555e-01
/coefficients/3/p_value 9.0019628077329583e-01
/coefficients/4/estimate -1.8836317369335306e-01
/coefficients/4/std_error 2.2272513756443538e-01
/coefficients/4/z_value -8.4572031587076135e-01
/coefficients/4/p_value 3.9770878698917567e-01
/coefficients/5/estimate 4.4981364061005225e-01
/coefficients/5/std_error 2.3575778098360237e-01
/coefficients/5/z_value 1.9079482286157845e+00
/coefficients/5/p_value 5.6397907947847610e-02)"},
    {"poisson HC1", kBreaks,
     "--target breaks --features wool,tension,wool:tension --offset log_exposure --model poisson --robust HC1", 8,
     R"(/coefficients/0/estimate 2.5077909191161538e+00
/coefficients/0/std_error 1.4677609623078419e-01
/coefficients/0/z_value 1.7085826531133620e+01
/coefficients/0/p_value 1.8924260377577516e-65
/coefficients/1/estimate -2.6826398659467959e-01
/coefficients/1/std_error 1.6955669715508548e-01
/coefficients/1/z_value -1.5821491636470792e+00
/coefficients/1/p_value 1.1361552244113561e-01
/coefficients/2/estimate 5.9579872578881654e-01
/coefficients/2/std_error 1.8443734323393057e-01
/coefficients/2/z_value 3.2303584260218763e+00
/coefficients/2/p_value 1.2363511773246711e-03
/coefficients/3/estimate -2.2884293833587876e-02
/coefficients/3/std_error 1.9353959917697755e-01
/coefficients/3/z_value -1.1824088677925748e-01
/coefficients/3/p_value 9.0587679420390033e-01
/coefficients/4/estimate -1.8836317369335306e-01
/coefficients/4/std_error 2.3623568266877837e-01
/coefficients/4/z_value -7.9735276045259240e-01
/coefficients/4/p_value 4.2524618648795542e-01
/coefficients/5/estimate 4.4981364061005225e-01
/coefficients/5/std_error 2.5005888847649704e-01
/coefficients/5/z_value 1.7988308408094442e+00
/coefficients/5/p_value 7.2045443181682739e-02)"},
    {"poisson HC2", kBreaks,
     "--target breaks --features wool,tension,wool:tension --offset log_exposure --model poisson --robust HC2", 8,
     R"(/coefficients/0/estimate 2.5077909191161538e+00
/coefficients/0/std_error 1.4637411958520580e-01
/coefficients/0/z_value 1.7132748099341047e+01
/coefficients/0/p_value 8.4564214409217165e-66
/coefficients/1/estimate -2.6826398659467959e-01
/coefficients/1/std_error 1.6939981858975187e-01
/coefficients/1/z_value -1.5836143676420011e+00
/coefficients/1/p_value 1.1328150233223361e-01
/coefficients/2/estimate 5.9579872578881654e-01
/coefficients/2/std_error 1.8395554014220053e-01
/coefficients/2/z_value 3.2388191479759443e+00
/coefficients/2/p_value 1.2002565384557947e-03
/coefficients/3/estimate -2.2884293833587876e-02
/coefficients/3/std_error 1.9305083427978192e-01
/coefficients/3/z_value -1.1854024831833908e-01
/coefficients/3/p_value 9.0563960634418295e-01
/coefficients/4/estimate -1.8836317369335306e-01
/coefficients/4/std_error 2.3567224579659393e-01
/coefficients/4/z_value -7.9925904323891916e-01
/coefficients/4/p_value 4.2414022221838293e-01
/coefficients/5/estimate 4.4981364061005225e-01
/coefficients/5/std_error 2.4978755645880038e-01
/coefficients/5/z_value 1.8007848228590357e+00
/coefficients/5/p_value 7.1736801951830242e-02)"},
    {"poisson HC3", kBreaks,
     "--target breaks --features wool,tension,wool:tension --offset log_exposure --model poisson --robust HC3", 8,
     R"(/coefficients/0/estimate 2.5077909191161538e+00
/coefficients/0/std_error 1.5487549377817866e-01
/coefficients/0/z_value 1.6192302977951773e+01
/coefficients/0/p_value 5.7149008444275198e-59
/coefficients/1/estimate -2.6826398659467959e-01
/coefficients/1/std_error 1.7956898146351707e-01
/coefficients/1/z_value -1.4939327739584167e+00
/coefficients/1/p_value 1.3519319118586573e-01
/coefficients/2/estimate 5.9579872578881654e-01
/coefficients/2/std_error 1.9465270348199198e-01
/coefficients/2/z_value 3.0608294420320550e+00
/coefficients/2/p_value 2.2072478894823045e-03
/coefficients/3/estimate -2.2884293833587876e-02
/coefficients/3/std_error 2.0430956229493494e-01
/coefficients/3/z_value -1.1200794312579859e-01
/coefficients/3/p_value 9.1081710850247344e-01
/coefficients/4/estimate -1.8836317369335306e-01
/coefficients/4/std_error 2.4944198271147849e-01
/coefficients/4/z_value -7.5513821549128191e-01
/coefficients/4/p_value 4.5016605544675681e-01
/coefficients/5/estimate 4.4981364061005225e-01
/coefficients/5/std_error 2.6474504237766339e-01
/coefficients/5/z_value 1.6990446225934810e+00
/coefficients/5/p_value 8.9310776228973141e-02)"},
    {"gamma inverse", kClot,
     "--target lot1 --features log_u --weights w --model gamma --anova --link inverse", 8,
     R"(/coefficients/0/estimate -1.6725913277164814e-02
/coefficients/0/std_error 1.0425907487875430e-03
/coefficients/0/t_value -1.6042645013506817e+01
/coefficients/0/p_value 8.8833214345166375e-07
/coefficients/0/lower -1.9191248646234119e-02
/coefficients/0/upper -1.4260577908095508e-02
/coefficients/1/estimate 1.5329863590241768e-02
/coefficients/1/std_error 4.3865441180361770e-04
/coefficients/1/t_value 3.4947473860367403e+01
/coefficients/1/p_value 4.0751380466396650e-09
/coefficients/1/lower 1.4292610730022765e-02
/coefficients/1/upper 1.6367116450460770e-02
/residual_quantiles/0 -6.3650284337831708e-02
/residual_quantiles/1 -4.4479596229683005e-02
/residual_quantiles/2 -3.0639203307505823e-02
/residual_quantiles/3 3.7724877659517625e-02
/residual_quantiles/4 1.0648698426523574e-01
/dispersion 3.7642697723163096e-03
/null_deviance 4.3045734478543176e+00
/null_degrees_of_freedom 8.0000000000000000e+00
/deviance 2.6073509145525166e-02
/degrees_of_freedom 7.0000000000000000e+00
/log_likelihood -2.4718707880240821e+01
/aic 5.5437415760481642e+01
/bic 5.6029089492490300e+01
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 8.0000000000000000e+00
/anova/0/residual_deviance 4.3045734478543176e+00
/anova/0/f NA
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 4.2784999387087925e+00
/anova/1/residual_df 7.0000000000000000e+00
/anova/1/residual_deviance 2.6073509145525166e-02
/anova/1/f 1.1366082128795078e+03
/anova/1/p_value 5.2340904057042729e-09)"},
    {"gamma log", kClot,
     "--target lot1 --features log_u --weights w --model gamma --anova --link log", 8,
     R"(/coefficients/0/estimate 5.4236967543838839e+00
/coefficients/0/std_error 1.8843831791678972e-01
/coefficients/0/t_value 2.8782345408001735e+01
/coefficients/0/p_value 1.5722518148620986e-08
/coefficients/0/lower 4.9781109379084914e+00
/coefficients/0/upper 5.8692825708592764e+00
/coefficients/1/estimate -5.8450324980811297e-01
/coefficients/1/std_error 5.5291618795954303e-02
/coefficients/1/t_value -1.0571281191189888e+01
/coefficients/1/p_value 1.4816393882276035e-05
/coefficients/1/lower -7.1524715252284998e-01
/coefficients/1/upper -4.5375934709337595e-01
/residual_quantiles/0 -1.9932977252982784e-01
/residual_quantiles/1 -1.0141930855540870e-01
/residual_quantiles/2 -2.4515455769984481e-02
/residual_quantiles/3 1.1764645941166404e-01
/residual_quantiles/4 3.0219339497305736e-01
/dispersion 3.1991265874705237e-02
/null_deviance 4.3045734478543176e+00
/null_degrees_of_freedom 8.0000000000000000e+00
/deviance 2.0578736288974001e-01
/degrees_of_freedom 7.0000000000000000e+00
/log_likelihood -3.9195149063013254e+01
/aic 8.4390298126026508e+01
/bic 8.4981971858035166e+01
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 8.0000000000000000e+00
/anova/0/residual_deviance 4.3045734478543176e+00
/anova/0/f NA
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 4.0987860849645772e+00
/anova/1/residual_df 7.0000000000000000e+00
/anova/1/residual_deviance 2.0578736288974001e-01
/anova/1/f 1.2812203496471810e+02
/anova/1/p_value 9.4011071985878380e-06)"},
    {"gamma identity", kClot,
     "--target lot1 --features log_u --weights w --model gamma --anova --link identity", 8,
     R"(/coefficients/0/estimate 9.3261567708593944e+01
/coefficients/0/std_error 1.5625242748764698e+01
/coefficients/0/t_value 5.9686476049126993e+00
/coefficients/0/p_value 5.5951278907135846e-04
/coefficients/0/lower 5.6313739767840637e+01
/coefficients/0/upper 1.3020939564934724e+02
/coefficients/1/estimate -1.7110249905395801e+01
/coefficients/1/std_error 3.8412201887469135e+00
/coefficients/1/t_value -4.4543788339760662e+00
/coefficients/1/p_value 2.9559999265550106e-03
/coefficients/1/lower -2.6193292319414567e+01
/coefficients/1/upper -8.0272074913770357e+00
/residual_quantiles/0 -3.0662808524404650e-01
/residual_quantiles/1 -2.5049256194538472e-01
/residual_quantiles/2 -9.8265683548544938e-02
/residual_quantiles/3 1.0593697061553412e-01
/residual_quantiles/4 6.4833654617305170e-01
/dispersion 1.3168840504050303e-01
/null_deviance 4.3045734478543176e+00
/null_degrees_of_freedom 8.0000000000000000e+00
/deviance 7.3013555735039670e-01
/degrees_of_freedom 7.0000000000000000e+00
/log_likelihood -4.8103546923719428e+01
/aic 1.0220709384743886e+02
/bic 1.0279876757944751e+02)"},
    {"gaussian log", kClot,
     "--target lot1 --features log_u --link log --anova", 8,
     R"(/coefficients/0/estimate 5.9973736776129485e+00
/coefficients/0/std_error 1.2991048632890304e-01
/coefficients/0/t_value 4.6165431652907507e+01
/coefficients/0/p_value 5.8496012078630748e-10
/coefficients/0/lower 5.6901841911034117e+00
/coefficients/0/upper 6.3045631641224853e+00
/coefficients/1/estimate -7.8893118100587678e-01
/coefficients/1/std_error 5.8709180150928374e-02
/coefficients/1/t_value -1.3437952616229838e+01
/coefficients/1/p_value 2.9650866653419709e-06
/coefficients/1/lower -9.2775633218189180e-01
/coefficients/1/upper -6.5010602982986176e-01
/residual_quantiles/0 -7.4176762388524509e+00
/residual_quantiles/1 -2.8619661679162292e+00
/residual_quantiles/2 3.0865269964735269e+00
/residual_quantiles/3 5.0857077883295574e+00
/residual_quantiles/4 7.3643525705562247e+00
/dispersion 3.5435895008581760e+01
/null_deviance 8.1159999999999991e+03
/null_degrees_of_freedom 8.0000000000000000e+00
/deviance 2.4805126506007230e+02
/degrees_of_freedom 7.0000000000000000e+00
/log_likelihood -2.7694295675224321e+01
/aic 6.1388591350448642e+01
/bic 6.1980265082457301e+01
/anova/0/df NA
/anova/0/deviance NA
/anova/0/residual_df 8.0000000000000000e+00
/anova/0/residual_deviance 8.1159999999999991e+03
/anova/0/f NA
/anova/0/p_value NA
/anova/1/df 1.0000000000000000e+00
/anova/1/deviance 7.8679487349399269e+03
/anova/1/residual_df 7.0000000000000000e+00
/anova/1/residual_deviance 2.4805126506007230e+02
/anova/1/f 2.2203330078256781e+02
/anova/1/p_value 1.4701417872829238e-06)"},
    {"gaussian inverse", kClot,
     "--target lot1 --features log_u --link inverse", 8,
     R"(/coefficients/0/estimate -1.4902730072779650e-02
/coefficients/0/std_error 8.0433711378262082e-04
/coefficients/0/t_value -1.8527965224301763e+01
/coefficients/0/p_value 3.3090350020553765e-07
/coefficients/0/lower -1.6804685118486179e-02
/coefficients/0/upper -1.3000775027073121e-02
/coefficients/1/estimate 1.4497829214734170e-02
/coefficients/1/std_error 4.7191502549572418e-04
/coefficients/1/t_value 3.0721270634485293e+01
/coefficients/1/p_value 9.9934632809603994e-09
/coefficients/1/lower 1.3381927500755954e-02
/coefficients/1/upper 1.5613730928712386e-02
/residual_quantiles/0 -2.0636432145745154e+00
/residual_quantiles/1 -1.4939601902501884e+00
/residual_quantiles/2 -9.2150009614925921e-01
/residual_quantiles/3 -5.2193834682626061e-02
/residual_quantiles/4 3.8867295247479348e+00
/dispersion 3.9733638374603282e+00
/null_deviance 8.1159999999999991e+03
/null_degrees_of_freedom 8.0000000000000000e+00
/deviance 2.7813546862222296e+01
/degrees_of_freedom 7.0000000000000000e+00
/log_likelihood -1.7847790597265551e+01
/aic 4.1695581194531101e+01
/bic 4.2287254926539759e+01)"},
    {"negative binomial", kDays,
     "--target days --features eth,sex,age,lrn --model negbinomial", 8,
     R"(/coefficients/0/estimate 2.8945799902492024e+00
/coefficients/0/std_error 2.2842461478120182e-01
/coefficients/0/z_value 1.2671926766832010e+01
/coefficients/0/p_value 8.4610275686374736e-37
/coefficients/1/estimate -5.6937169735795112e-01
/coefficients/1/std_error 1.5333335928226521e-01
/coefficients/1/z_value -3.7132930500128003e+00
/coefficients/1/p_value 2.0457976418376353e-04
/coefficients/2/estimate 8.2320284145745951e-02
/coefficients/2/std_error 1.5991501464777857e-01
/coefficients/2/z_value 5.1477520311060720e-01
/coefficients/2/p_value 6.0671011509657258e-01
/coefficients/3/estimate -4.4842814987748103e-01
/coefficients/3/std_error 2.3974659255455932e-01
/coefficients/3/z_value -1.8704255401479037e+00
/coefficients/3/p_value 6.1424748043205198e-02
/coefficients/4/estimate 8.8080152114130186e-02
/coefficients/4/std_error 2.3619302865286698e-01
/coefficients/4/z_value 3.7291596884335493e-01
/coefficients/4/p_value 7.0921098653095249e-01
/coefficients/5/estimate 3.5690097142947597e-01
/coefficients/5/std_error 2.4832436279870676e-01
/coefficients/5/z_value 1.4372370371036935e+00
/coefficients/5/p_value 1.5065065246236842e-01
/coefficients/6/estimate 2.9210915703375612e-01
/coefficients/6/std_error 1.8647471009978434e-01
/coefficients/6/z_value 1.5664813575923824e+00
/coefficients/6/p_value 1.1723596957815005e-01
/theta 1.2748926450622857e+00
/theta_std_error 1.6103566171498054e-01
/null_deviance 1.9528663645393794e+02
/deviance 1.6795180082150230e+02
/log_likelihood -5.4657550914499154e+02
/aic 1.1091510182899831e+03)"},
    {"negative binomial anova", kDays,
     "--target days --features eth,age --model negbinomial --anova", 8,
     R"(/anova/0/residual_deviance 1.9204281666907229e+02
/anova/1/deviance 1.2980469449157169e+01
/anova/1/p_value 3.1475703896584328e-04
/anova/2/deviance 1.1220255098626723e+01
/anova/2/p_value 1.0592587872786486e-02)"},
    {"multinomial", kChoice,
     "--target kind --features x,z,g --model multinomial", 8,
     R"(/coefficients/0/estimate 1.7994891269315424e-01
/coefficients/0/std_error 4.2362311901865884e-01
/coefficients/0/z_value 4.2478539204851151e-01
/coefficients/0/p_value 6.7099312758090435e-01
/coefficients/1/estimate 7.0351912967263597e-01
/coefficients/1/std_error 3.4314768962950820e-01
/coefficients/1/z_value 2.0501934034066083e+00
/coefficients/1/p_value 4.0345561467186958e-02
/coefficients/2/estimate 9.4750950107102369e-02
/coefficients/2/std_error 3.1312956974908568e-01
/coefficients/2/z_value 3.0259342860218341e-01
/coefficients/2/p_value 7.6219972305018491e-01
/coefficients/3/estimate -3.3734898271125402e-01
/coefficients/3/std_error 5.6331664732019227e-01
/coefficients/3/z_value -5.9886208638798311e-01
/coefficients/3/p_value 5.4926485590331375e-01
/coefficients/4/estimate -1.5316590927346929e-01
/coefficients/4/std_error 4.5958132858989642e-01
/coefficients/4/z_value -3.3327269787791058e-01
/coefficients/4/p_value 7.3892844643376554e-01
/coefficients/5/estimate -9.4121834973244156e-01
/coefficients/5/std_error 3.5471847875351903e-01
/coefficients/5/z_value -2.6534235065505567e+00
/coefficients/5/p_value 7.9679828223828183e-03
/coefficients/6/estimate 2.7188532195299734e-03
/coefficients/6/std_error 3.2898332018142884e-01
/coefficients/6/z_value 8.2644105422444245e-03
/coefficients/6/p_value 9.9340602948618584e-01
/coefficients/7/estimate 3.1424168880269571e-01
/coefficients/7/std_error 5.8382102414966408e-01
/coefficients/7/z_value 5.3825003863194043e-01
/coefficients/7/p_value 5.9040443857530867e-01
/deviance 1.6958993787787986e+02
/aic 1.8558993787787986e+02
/log_likelihood -8.4794968938939931e+01)"},
    {"lasso", kCars,
     "--target mpg --features cyl,disp,hp,drat,wt,qsec,gear,carb --lasso --lambda 2,0.5,0.1,0.01", 8,
     R"(/path/0/estimates/0 3.1871491361997307e+01
/path/0/estimates/1 -7.9866942805940178e-01
/path/0/estimates/2 0.0000000000000000e+00
/path/0/estimates/3 -2.2560676231989686e-03
/path/0/estimates/4 0.0000000000000000e+00
/path/0/estimates/5 -2.0228960622897687e+00
/path/0/estimates/6 0.0000000000000000e+00
/path/0/estimates/7 0.0000000000000000e+00
/path/0/estimates/8 0.0000000000000000e+00
/path/0/deviance_explained 7.0571528005122330e-01
/path/1/estimates/0 3.6096242452158378e+01
/path/1/estimates/1 -8.8396927499260514e-01
/path/1/estimates/2 0.0000000000000000e+00
/path/1/estimates/3 -1.3131421050185416e-02
/path/1/estimates/4 1.9373840071549187e-01
/path/1/estimates/5 -2.8327984125836445e+00
/path/1/estimates/6 0.0000000000000000e+00
/path/1/estimates/7 0.0000000000000000e+00
/path/1/estimates/8 -6.8556021966627093e-02
/path/1/deviance_explained 8.3645644965292931e-01
/path/2/estimates/0 2.4924589041493562e+01
/path/2/estimates/1 -4.5407657886747099e-01
/path/2/estimates/2 0.0000000000000000e+00
/path/2/estimates/3 -1.3009225274335167e-02
/path/2/estimates/4 1.0342646354847442e+00
/path/2/estimates/5 -2.8187061003243614e+00
/path/2/estimates/6 2.0787291880234149e-01
/path/2/estimates/7 7.9541149539307188e-01
/path/2/estimates/8 -5.0159691656865191e-01
/path/2/deviance_explained 8.5467851657516358e-01
/path/3/estimates/0 1.8650634916753340e+01
/path/3/estimates/1 -3.8068211352810161e-01
/path/3/estimates/2 9.5006469951931689e-03
/path/3/estimates/3 -1.8754353496261904e-02
/path/3/estimates/4 1.1165649847663628e+00
/path/3/estimates/5 -3.6320876085274789e+00
/path/3/estimates/6 4.7981733937219007e-01
/path/3/estimates/7 1.2024876281759056e+00
/path/3/estimates/8 -3.4641491867240642e-01
/path/3/deviance_explained 8.5932772583638684e-01)"},
    {"ridge", kCars,
     "--target mpg --features cyl,disp,hp,drat,wt,qsec,gear,carb --ridge --lambda 10,1,0.1", 8,
     R"(/path/0/estimates/0 2.0303375172280568e+01
/path/0/estimates/1 -4.1886664021550596e-01
/path/0/estimates/2 -5.9889933002513392e-03
/path/0/estimates/3 -1.0152614744500410e-02
/path/0/estimates/4 1.1608858631078587e+00
/path/0/estimates/5 -9.5280387073025108e-01
/path/0/estimates/6 1.5755966039530916e-01
/path/0/estimates/7 6.4163056785771844e-01
/path/0/estimates/8 -3.6906859143106058e-01
/path/0/deviance_explained 7.7875342933463187e-01
/path/1/estimates/0 2.2561383091149597e+01
/path/1/estimates/1 -4.4731161255075869e-01
/path/1/estimates/2 -4.7861007999779204e-03
/path/1/estimates/3 -1.2281854335400267e-02
/path/1/estimates/4 1.3484712881683230e+00
/path/1/estimates/5 -1.8107013689308493e+00
/path/1/estimates/6 1.3021954518421894e-01
/path/1/estimates/7 1.0131264933423592e+00
/path/1/estimates/8 -6.6905143808879219e-01
/path/1/deviance_explained 8.4900704444427733e-01
/path/2/estimates/0 1.9486477560586678e+01
/path/2/estimates/1 -3.7582050736960487e-01
/path/2/estimates/2 4.7710861705659406e-03
/path/2/estimates/3 -1.6043141838856082e-02
/path/2/estimates/4 1.2176468783867864e+00
/path/2/estimates/5 -3.0371032111807241e+00
/path/2/estimates/6 3.6181529628535497e-01
/path/2/estimates/7 1.2510174565779766e+00
/path/2/estimates/8 -5.3234815480565267e-01
/path/2/deviance_explained 8.5802356536298896e-01)"},
    {"elastic net", kCars,
     "--target mpg --features cyl,disp,hp,drat,wt,qsec,gear,carb --alpha 0.4 --weights gear --lambda 1,0.2", 8,
     R"(/path/0/estimates/0 3.3253755167042087e+01
/path/0/estimates/1 -7.5709745256216832e-01
/path/0/estimates/2 -3.9627835784944686e-03
/path/0/estimates/3 -1.0093484963614867e-02
/path/0/estimates/4 6.7652150424227497e-01
/path/0/estimates/5 -2.3724138069163097e+00
/path/0/estimates/6 0.0000000000000000e+00
/path/0/estimates/7 0.0000000000000000e+00
/path/0/estimates/8 -2.8758305019208041e-01
/path/0/deviance_explained 8.3969453307098352e-01
/path/1/estimates/0 2.7482841912412610e+01
/path/1/estimates/1 -5.8430532716415606e-01
/path/1/estimates/2 0.0000000000000000e+00
/path/1/estimates/3 -1.1227945654317464e-02
/path/1/estimates/4 7.0077072602971280e-01
/path/1/estimates/5 -3.0804625720514114e+00
/path/1/estimates/6 2.3729376716682021e-01
/path/1/estimates/7 6.0107214900463757e-01
/path/1/estimates/8 -4.1707985035112788e-01
/path/1/deviance_explained 8.5740966461943335e-01)"},
    {"lasso without intercept", kCars,
     "--target mpg --features cyl,disp,hp,drat,wt,qsec,gear,carb --lasso --no-intercept --lambda 1,0.1", 8,
     R"(/path/0/estimates/0 0.0000000000000000e+00
/path/0/estimates/1 0.0000000000000000e+00
/path/0/estimates/2 0.0000000000000000e+00
/path/0/estimates/3 3.1570821779067160e+00
/path/0/estimates/4 -2.5222548911378904e+00
/path/0/estimates/5 9.3996754805387372e-01
/path/0/estimates/6 0.0000000000000000e+00
/path/0/estimates/7 0.0000000000000000e+00
/path/0/deviance_explained 9.8268224860415421e-01
/path/1/estimates/0 1.8542521624835627e-02
/path/1/estimates/1 0.0000000000000000e+00
/path/1/estimates/2 -1.0511174013995738e-03
/path/1/estimates/3 2.2527352377370806e+00
/path/1/estimates/4 -2.6995392834484906e+00
/path/1/estimates/5 9.2301609647334593e-01
/path/1/estimates/6 1.6819916106027948e+00
/path/1/estimates/7 -7.0927199024335619e-01
/path/1/deviance_explained 9.8748275517876616e-01)"},
    {"binomial lasso", kCars,
     "--model binomial --target am --features cyl,disp,hp,drat,wt,qsec,gear,carb --lasso --lambda 0.1,0.03", 8,
     R"(/path/0/estimates/0 -3.9046209333928719e+00
/path/0/estimates/1 0.0000000000000000e+00
/path/0/estimates/2 0.0000000000000000e+00
/path/0/estimates/3 0.0000000000000000e+00
/path/0/estimates/4 5.6522643477765470e-02
/path/0/estimates/5 -8.2559025480139414e-01
/path/0/estimates/6 0.0000000000000000e+00
/path/0/estimates/7 1.5574243651858439e+00
/path/0/estimates/8 0.0000000000000000e+00
/path/0/deviance_explained 6.1435292765775951e-01
/path/1/estimates/0 5.4685303340055951e+00
/path/1/estimates/1 0.0000000000000000e+00
/path/1/estimates/2 0.0000000000000000e+00
/path/1/estimates/3 0.0000000000000000e+00
/path/1/estimates/4 0.0000000000000000e+00
/path/1/estimates/5 -2.5910186832062370e+00
/path/1/estimates/6 -3.7414672776250818e-01
/path/1/estimates/7 2.3121794033410494e+00
/path/1/estimates/8 0.0000000000000000e+00
/path/1/deviance_explained 8.5378278644074168e-01)"},
    {"binomial ridge", kCars,
     "--model binomial --target am --features cyl,disp,hp,drat,wt,qsec,gear,carb --ridge --lambda 1,0.05", 8,
     R"(/path/0/estimates/0 -4.6225178099449182e-01
/path/0/estimates/1 -7.0275097886897786e-02
/path/0/estimates/2 -1.1970677228537699e-03
/path/0/estimates/3 -5.1546971788824739e-04
/path/0/estimates/4 3.7240352977117658e-01
/path/0/estimates/5 -1.9869784214957856e-01
/path/0/estimates/6 -6.5940763498531493e-02
/path/0/estimates/7 3.2982923978191342e-01
/path/0/estimates/8 2.5973507539681938e-02
/path/0/deviance_explained 3.6962711825910011e-01
/path/1/estimates/0 3.8298514303453346e+00
/path/1/estimates/1 -2.1680201562160659e-01
/path/1/estimates/2 -4.0415541245168831e-03
/path/1/estimates/3 4.3431271191301065e-04
/path/1/estimates/4 1.2284059908711691e+00
/path/1/estimates/5 -9.7965733335971483e-01
/path/1/estimates/6 -4.8535213862735993e-01
/path/1/estimates/7 1.2865618718235869e+00
/path/1/estimates/8 1.8658306922783040e-02
/path/1/deviance_explained 7.9207880408847020e-01)"},
    {"poisson elastic net", kBreaks,
     "--target breaks --features wool,tension,wool:tension --model poisson --alpha 0.5 --offset log_exposure --lambda 2,0.3", 8,
     R"(/path/0/estimates/0 2.5463467496694312e+00
/path/0/estimates/1 -1.4546679453895955e-01
/path/0/estimates/2 4.2024766913433242e-01
/path/0/estimates/3 0.0000000000000000e+00
/path/0/estimates/4 -9.5312283396166445e-02
/path/0/estimates/5 1.7905268935243843e-01
/path/0/deviance_explained 3.2531366289339447e-01
/path/1/estimates/0 2.5045230191984937e+00
/path/1/estimates/1 -2.3724999311322253e-01
/path/1/estimates/2 5.7868990711714885e-01
/path/1/estimates/3 0.0000000000000000e+00
/path/1/estimates/4 -1.8637047057435530e-01
/path/1/estimates/5 3.8576280932723161e-01
/path/1/deviance_explained 3.7826240342405021e-01)"},
    {"lasso chosen by folds", kCars,
     "--target mpg --features cyl,disp,hp,drat,wt,qsec,gear,carb --lasso --cv 5", 8,
     R"(/lambda_min 6.6475816675379051e-01
/lambda_1se 1.5356775843907646e+00
/path/0/cv_mean 3.6144626512699503e+01
/path/0/cv_error 7.5030606844129775e+00
/path/19/cv_mean 8.6251482910835815e+00
/path/19/cv_error 2.3827738118394826e+00
/path/39/cv_mean 9.3868020645930539e+00
/path/39/cv_error 1.2222547476059957e+00)"},
    {"ridge chosen by folds", kCars,
     "--target mpg --features cyl,disp,hp,drat,wt,qsec,gear,carb --ridge --cv 8", 8,
     R"(/lambda_min 2.2804324738758899e+00
/lambda_1se 1.0103733051325602e+01
/path/0/cv_mean 3.9850797530832416e+01
/path/0/cv_error 9.7746168174456933e+00
/path/49/cv_mean 2.1860105641977174e+01
/path/49/cv_error 6.7728842768009692e+00
/path/89/cv_mean 8.1864932552026470e+00
/path/89/cv_error 1.8468318944389253e+00)"},
    {"binomial lasso chosen by small folds", kCars,
     "--model binomial --target am --features hp,drat,wt,qsec --lasso --cv 16", 8,
     R"(/lambda_min 1.1198569319682968e-02
/lambda_1se 3.7533154618571832e-02
/path/1/cv_mean 1.3370951476509867e+00
/path/1/cv_error 7.0833048767875412e-02
/path/9/cv_mean 9.0675905278461755e-01
/path/9/cv_error 9.7294083009490689e-02
/path/19/cv_mean 5.3241787413471819e-01
/path/19/cv_error 9.6755907369957969e-02)"},
};

}  // namespace r_regression
