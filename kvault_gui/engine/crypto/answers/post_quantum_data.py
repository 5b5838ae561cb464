"""Data of the known answers in ``post_quantum``, in base64. Published test values: nothing here protects anything."""

from __future__ import annotations

from base64 import b64decode

# name: the parts that the answer needs, in the order that is said above each
DATA: dict[str, tuple[bytes, ...]] = {
    # Wycheproof mlkem_768_test, test 1: seed, ciphertext, secret.
    "ML-KEM-768": (
        b64decode("y/xEBdGyo6OGyUwl4PLV9e6SywOI/01qoEIjCG1Rw/0kdS2hTJ/DuK4NnkqLEBa42Pxp4inAPqLvCKSuDP/Dfw=="),
        b64decode(
            "AOlsROtfU4DYC0ywXWCJcaKPvoOLkStVi/lnbGxnyWku1uoGP8R7cNXWAEglwmm5y45otXKNZ/RIRNl2hqERVOPL1Kb55HUk2T2F"
            "G9zkgNd2Le0JvlPRfM4+4o3FoGkRwGK5myGDVd1YIhCMVeLGf36gt0thibM7RYnY/50Mhn0T7arxxfckZ1Mgvto+asxnPASPoEob"
            "MPiZIn1aVV4IpBKke323XrEYqIRKcbGGiAQm9rtudxhtGOdTy8zpPJ+3bHKYdbTUc+7KjauZQZafrvBN+c4xeOc0HqtBbSi7eu4S"
            "v7j0w9+BTv9FoBhzKQeaz8Qajo26ewjREfAuN6HStp5X7vgI/MauIzhVNKQgqT37apXHPi8QFhd8T+nTztdp4ncpOqzt7W0H78eJ"
            "DqqIW9HnP55dornP2g1Ey8kJBwWsLOPnvNd3W1k8cG5F3cl9OmXZt+c2c/lHPfW/7GiWcfc+f27nfHMKjr2h8LLBEqcZBNbyilHY"
            "1Hn4Mj+0heci9cTVhX6VmJqcuvJz79BPw8vemLqplp4JXoiszs+9Eu8hVUl6WxX+kacNEQa5GlaDY7/C1nNsyBOMvEHd8eVP1AUR"
            "4n2J4sJsAntjwVbiu7mY+q7T1yGG8Mxiba05p4Lc2iCH/ROpSY4QtBtoVkaiJ+oRZqVjLBlZg/SrorcYtAdAMNVxJtNMODSYkgB6"
            "y+qeOTuWfcMUaycPCAofC+6Q1loJWmNSp3GO0XF6gCWivTjGbRILr0JHZ2of4ESlfOJowHj4/0bMJv5PnHoD1kZ62suEGNJic2Yr"
            "zh97wAuQbgCI6V3A+0GeIjLoWqx3uefNVj5gTeXh0+lpPc07GYZc9CUHc2kefgr5wnVc0x9J0flnCPO6LwuYGEUlq7hp4S1c6grB"
            "dAGBqHUDUwCwWlS41C7jtK6SsG5DzYB+Kwlsl38jxh74yYnFLtg3VAdt6hMj9jklC+9hvfkDv3lhzsibppQtnQZHrJyBldk+2KvO"
            "3yV1RkQDVxmloKHIwHmJEnJqmoJY5MEK50hTIu2bozH28JDEtJKk/PU9dTzTTyjsBEP84HJPQ8iaOUIWnVCZqPdDDzhpHrzi4/5P"
            "YA2Cx8zt9gZz+OXUwan4S4tbI/XtY977anIF4KixBb3G/0Vo/HjLRFawL+239MSPb9a2khajMZghA520DhmjGgsMnUcdWnpzhl0m"
            "+L41lVJbHsSoV579B+qY4mAuK//f2P68XHtMc20ya1AwzMb6+UIKnBVqj0UWuf/2dUWd/c1O+F1629/9YPSjlijjmcx1LC6Zqy9D"
            "Hcdl58nSBr/jJkn77070ix15Nvx0dm1yQ1DuIkWo1fI/vGx+2LVxaM4ehk5J1/jEddzaFAvUJHOCWzxy64xUeAGIgTAR4ZYqUD+b"
            "UW4TIm3mN1sgRzOwGSGDyPVehw5hz4lHwxkXkLwLZXvEOuvJ2Gw="
        ),
        b64decode("dsELsdhtltfrGOKYNj5R93KOET9FXffRUBeUDtNUFFE="),
    ),
    # Wycheproof mlkem_1024_test, test 1: seed, ciphertext, secret.
    "ML-KEM-1024": (
        b64decode("gkfBdoaovAs6/r5r7R3x3D/3+gfDZw9iSTAjXyCuy0NT7OEfqmH0fZRu5QGruaSAKQlt5jskOheUxKdg+YzBVw=="),
        b64decode(
            "AB2AN29ApVXJWQg45N2VPPuaMO33do8PNbKYxp60WaQuCB95tBk5GxQ0clSEnx3erG0Dl18iyb0OeifO8YQy4dQrddOEUTDOyM0j"
            "hwBxFveyH2nRluszQKRNSz2Ssqz6QgzkZUBj0Oc5/7kjiZDBF0VO0BfTO9Y7wcLamtxSyw+i3JD290guMHL01iDWWvq46QiUPdek"
            "6R7U4SuRR2Vqj+dYq9+i1dLYEO20QJqwkzK53dzNxsq/jYljPGCaCgBa8vT6xrr3AxUQOCVTH1E/n8n20IjPKLVP9vukcl5u4pET"
            "G3eAWKRe1JvqEMGqCu0FeWo7yIoaRbxjoBs2RlIeeWi9sOq3J1im8CVBGBQBPhI/41RIT0OAohj28LaHa/SiJXZokKsZG2/9+E/B"
            "lSFTO1jMUYpfQNfihh6aUcKX46v+izZnSgZr27UjkLbiyR0KbhrmYhDz5wA0TRp1l4lFrJ73/nKnwfaTlpDNM+Ee86nvu53DKFJU"
            "rwcSF1iq2H00qFIxtj8jprgaLlvSMsATj/V0QX0rH8veRbaG7WNI2nuyzvFRKF7lL04OIUE5+BKmjfaUWXBrr4XjGgBzYjx/rsHA"
            "uZ2G00/TpxRSEMGHDzdof41MlISaIt0Qmc2Mcwlp/PjhzEwa9iP4m7Dy47bkpMN7bU18j2bfjDhMZiZOeks16JPPdCRkLbIKhErv"
            "dKEvHdJEvTMRAUhrq+5UsyZED5+bl+HxpgMUa0K4JmoFeB7Iv/9XurGGlzqbe/+mD/JGoB0sklmVDpTp3yXcowxZiQKAY23uQ/g1"
            "EN333ipfd6eIVM3nDq0JQ7rHiV7hDTY6kzSh1QLCgmcRYaI1Xx1L6Zofn2fmh7mFHK+KPbEHlAsatEgQhPipYFPGIFogfKGQQ/jS"
            "AJDvJFVXxrfBvSBl0tt/g0Os3Nn3NBSRxmWohCwZ4Z0SqzawHsaMlb/ZImqhA3DqG3HwizJveBepbFMTLXtQBPoA7PHWIEGY/Hhb"
            "BUOLxofLojXlwiEdjh4fIRZk8kDDwuT0oZkJQ+yDrYAUG+zrpuMThMCqFIeDhyWTwM6eACyyr23jWEXcH81ufV2pa26M86TKsdZJ"
            "CtGCA82sGnf2CMhGDSEjCshHD4QcbBf1ofr/hxwnxang6TogtcHhfY96XHQGWrGSwz0I0MYDImoBufWXbg8GYluqf5BVTugF1+4k"
            "LLVNMYN1i/lI6jECT6OqNoz8i6ffFHSkOI6E4/eWFwgKls46+Izl4bm6AoccLmpU0PwFBQKV9fmmOKY8UUKLyTXH9TnN2QpVAbiD"
            "KjvqSQZX8CbsZ0XUsw9Rjm9LK+4K+2WzTfHYGkdRrtCGW5ywH0zcZcqz7hs+mIsjwPLGPLFuMF1Me2mi66yEcdbWFBIAS7vUVQ3r"
            "v2TEn1l13x9L71MoH7rdpKX7ffpj5yYUmadMfzryAmqZfB/c3mwH+zznIKRQ+d5pcNYSFwYkXkzSMyJHxszoQIWvv3+rT38fqYYm"
            "ZGYw5I4tq4yyFmHDBqIuvXJDvrf8PGz1cIikDQXCOB/vZVxCgX8buV3n0g840C/B47LWhSsqjzpN1KJiraWfSEguREaMEMBQY2jD"
            "Be5O/JPWCtrCbBMlhzlkCJB2IHfncey1fAHvu4lcZanrGixHnxrXQ0N3Mxc4ogNIQGgt465nPOR+PlQXJVajpUMGb9XjBHPDNkH/"
            "6QFEu+FdaLXoq5wGP0jts6RIA1bnp93vMsYPDt/88cX+9OtIhHZ5T0Kve2brAbGb+6WcrNFX1IUDeyw4Ot0M8v9yfBBWpGaTDkbj"
            "8IGvQppF5czf6ODzwhBHTrAVZ0TH1UhvdhkQCDtqj7oYmKUrESuWtLM4fy8+QACqCFR4GwKejAHz8J8M02HqqlaomyoFShgFJI6J"
            "3cMtyKPlMzNZVobk57B2NAB2opwcD08SMq81Un6NNfiH5/5SSZG1t02jsC3Cb3InWVwJb9QFQbhufwcFzr1MKhNMFOj57vlPpgmj"
            "BeakKfKQQE8QQ8FmY4ffS6/CMI3E6yU5wB3twj2cIBipxc3sUEdaj47jLZ0T15swTc9puUm+eHf6tHUrRbnuBGIhI9s="
        ),
        b64decode("xjOL+S85MLlfgdh/5mn6vEKqpUno/s+/2+I31zn+TZY="),
    ),
    # Wycheproof mldsa_65_sign_seed_test, test 1: seed, message, signature.
    "ML-DSA-65": (
        b64decode("KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio="),
        b64decode("SGVsbG8gd29ybGQ="),
        b64decode(
            "adpa7G1fWPvylDnFIL1ouWbj3SymM7aDUcKGI0RxOh6cCGpE+ahwo8zBTeYtbBKyeMNU1xl8TW1/g9FCKymyUPXuP+wRgxHZBeXb"
            "K0uLI7jVQiAtZlL23D+dftUfJGMILT8UXP0Pp6xUikfpHBzLGlWyFekKs1W/xtZxVCh7Hfrg+1MCZNu4QadoSzluXKBFnXlSFkFq"
            "nSMryJsy4PlGH1MQfHjmbI6HZVTo3dUBhntV3Pwfsz8QLgM3PN0ZJkDxAnoIzid7Ro9u0P6AqdbNLWsvejc4yDJdlbDMxue5+wAM"
            "kjuSKY4IZ9Sp9t1VE+gAEDPGM7sWQe5mNJSHIk3UM4bH/MKZFjMgZqhoEA1G4sW4NUwo8IegJMuidpSvxMFmXg1ys3aGkZrVUFLM"
            "Y6FE/r5OKgya5BbgZOKJ+facu4g2ZdETCCa3t04wyUormLZ7RxZj49ZjJts7Q76/lY6GZbaO2pDoxdlJSwx8nsSIAJEN1tkGsfzU"
            "egqsRirIexJtIbW6FQ32H3UiV931oGO0pbFQNx1iVTXjsodLn+VIlg/2eTHNbBJJboIT4qzm//SOa9xgMQ5JOJ9iV52ya5Ktc+nT"
            "8jlCyrUXhPSLNmC2RQyuy7DfKqTI5WV39epFDS9/UarMCzBKYiUL8srnuZ3NlVtllmJdBtocZ/cwtwb9umMPAP2JGDDSUUhGQLcl"
            "irNk1v2ZhoeP/6abfES5LkMUOv+uiwmOHSdxaFDzdVO/JmzftWGrvNv+uAdSs2RDTmS4BCm1TMiGk84D3A+hR/B0GyFfByhJm9wl"
            "FAqvyXasmekQuoqKUNIbe92qKGJrO5CpP9RAdwaDV8gdNuc17aQ2KTCt6tSVGguqEE84T8cOhCqfMp4YaLB7RV6cw/7NVIBckFLn"
            "D4jDuS/g/GpNfdoYz1aU5TmIYOQ5oeGdWmby+8CqzdGkmHEbsWBUeWwBWnFTle9hdON7BO2libZzxNXdpzeBf7UvOSyvenLXo+hL"
            "IYDLW3W8ivBlvcBcPkBAQ1obFgCBNSrEPgnL8urW4JwrC+DjeJSIj+KBL2iAb5V8E/zm/xZ7zuIdT0EuyVpIR/Pbe/RBIjpNTKnt"
            "aa203opLWwHHdfJyEibmxZ/yb8OOG7eKOEsw57VfCC4mTY8l4xUYYZ3da2qfr4qmzbXqt17VmjOCXV74uTveXRIK2nc/zAhSuRj0"
            "8D4tKlQ7FTY624I+sfbFM7mNlAQR4fXBz1Ifn2PVRUaXYIMmYl//4Bv4f0QYfa1jHfKJjv/SwpHZgiLlZKvjsEK3XpDJxUZnhC+o"
            "67aKEkS/jgw64+5fl9Xd7v2YbEvT+Z2HfCzCOBqJq9xhcT04zuWL9pgFpIXCiNIbFYQxRwZrSnTGncJd6HjiHTX9/mdG/rTBZmBr"
            "8yGeQs9jWB5+a9ZXD0D4+uWQzt9RBv5XA3zLIyS3T8plAPbtPQc2zcxn0E+PqegAVKW9fIRZ/Bq7HEx4Z31/azJa+UoOXJx9sKdI"
            "4SxSZehySUfZtcS6sai2+uyCfMQewRXvPC1zSM3avd+8hDbztBdl4T83YrO0XtIxVvCFgx5yalXUuDhIs9HTNSqrntzArCOI8jg/"
            "YwGtgTuRfuPyNzTgV4Mq5M9l5mjJ3dC90PnYtmkyVGSWaKqRofpet8WYWbtt3TbCX0oiI/XWiLSA0DiPowfqaSmPm/dzf2s9v9qH"
            "szGv/XXNjYjwRg6Y68KJCyF71tEQAKOgiM2Df0+IWaQ/dq+qqwWgwwB6FJ1Na5FVytwsm1UAPv3sUBK2JyuHGDaUxQXwRG7eVfNb"
            "irIB+e2pdP+EDsyw8AT6Os91Os0GE/ZuKmrILjIhmdN7Svg8uz2YNxwxvnm7QjMegZZEy60s4noE5MUXmYaSzYMxVSiS4ZmgGmki"
            "vaTTisTAH3CICeUpwyFuqrOZ7yWzUOohO6RxJvJ4FA4XORynE5vRPFb0Fea3Su2Nv784yV3G2zZv1yqoY6J/oevxmHFkALl4o3Ce"
            "NQOXMZMEBliOvf/TX6IwqbdfzkHXrNIUyk8AKYlsE3SV6t4M9NEP5iHHPwEGGssHfechd/9dvG8MW+xoGqNGaMpPzdcnUlBosLDp"
            "BylxuE72zhHVw8YCTaQJZnA9zCszrgT2d2d2NaVdtQjzTxQDzb43lgyFd9rD2EiynztcXGxW+3TzTI9GNMBLjM6bIY8XYMoA5t6H"
            "79FAh8YzRpyJK/PjGUQzNnM7tgz7RJQb+iUimqJDhNgS25D+dOD5P9oAXuqHQAc2yrwDb3FCG2ZXsWdNSo92y786ixwK+C9ylzkn"
            "dSJXxTLbQ52WdirWTxAlUanQP5zj2MyFDDk8Eov4BUu1W7kuox7AcG8IOpz5BCTGF/itKiEiXRkTww6PR6a3ExME1TaoVZbr/Zh7"
            "ZLa/PFFjjWyDkhS1PDwQqlK9nG63f8+AteO3JN7BOB0OAiB6atxz/1PZ0f/O4cSij6VEXOUY7uk3B0/3pAL1u8s2L/CQQV+dvZO2"
            "LuVtyMUOTS40xsYhZQwN/+MRSE6V1o3ncXDJCcgVgolGru7H7eVrz0M+Ivxjoz92TO0fkkLz0m3HVYaG5HHzD76TBNPVaviyPnKk"
            "CIlwsksvfpaMHQOS7usLDwrIwXZUelOD2UjtFUhLeeITFKHyjtYk9h5ars8iaeWwJ+GRD/3e3lL61OjaIk6KELB5VI+nzUQXL0mR"
            "rf12I9E+WhnIEoJLz5kMB8lyHe2Qk75s57x9o6yMkyEzpkOWuCK+krCIhEmRWW34k2JaTvJFQ791oQ19F/9wNQ72LOOndYrrv5s5"
            "d7CL7LnqKDdggvYHll8s3tKLvbOdq34AgzsEiDcNIhdCtm4n2e4tndB/QBvCKmLIqdjTopDGOASZFJaq+kejJXj1g8+1PQwhmQVZ"
            "c0QNdTXg2myylX9OBAAuzqaPnD/3bK3iftFf14NZidCrsZf+MvaGNhOaQnEGRLslhg/zP1OSAOPMuKdzhCLKD6DHRLTBnRXF1KPL"
            "CC4gp44gtaSWWwQ1lcvKytUAta27bNWX5qS5xepqHy5lO1R02id/GBgEgJSsng4eCyAGjRwc5aEUpNtxlQV6bOTSIcM2/cKRkP7o"
            "/4Vcrot/fALuwh+XLIJwZtnG3MSkF5vETqm4ir5RJL94sHHgnpr0P3OabhAwCR/Akec+3ER/JcaL+EuN96qPCRq0JmK5PgLCcAOv"
            "x7DKae/PpgvVPU14zrfE0sj9Xtfos1Ak3oSeBkAK0UX9soNI0isxfM7HBMQB+I2xrypTSCI/XO/ZFOQEydc4BdDedyEYgUhvG/Sq"
            "2srdOuJYjw23teaVf+1Qo3T1Qc/l5OkjyC7Efls9LHCtZ2DHnNUIC0kL3HX5714dF/CXix6HcHdfkCuUY+aYDhaDskVHUbotrUou"
            "ZGCSS9YP9JsDIwyxH80EoDiOYIdMNdP2z8TdSHZl4bFleHUerqieEmv1gERZbjGIx6ljEBe+Hy3NfWEjMYMv+HVUYNxJaqmaYeoF"
            "PHjnJgehghP/nvS7iAkDuR6aQ+Cx8O0VEbLsovQlP8+9fQ+uvzaA+/CkXfIxVEiCycRlBccm1WkF0C/QRsFlLY/QbRUoahqPi2n7"
            "2CXKQh/YD16boaI/kkk3rQSa3uxgx4/qGt+bHvforE0d7RjxqAGwvaj+mogJiCX/Pu9cH8aMvqFDMQs5VDKT8/X7z0dzsCBUwLx5"
            "8AVUlHx2BLNjicDEX1l6iPNxNFa0z9g7MMtlILYkqgnIEgZqjNVC3GfhnkyStWK04PZ5n+V9nU9PPgtvq/9LH8GQvx54d168vjZV"
            "03DKbAj0jez2FTpJie6raSH4R1+FGX9R1lHlY5lCV99Xl35fIZtIeXUd5XqwN0tAeiGttLpSC7Nee3UIZ1v0n05DIZBFFCPL1Sn8"
            "ebIrqunLHYZgw6ScRWrAO8BsDvOwL32KzUCRkxUgb7OOcVE5yb1viaWGNP5oPfA/W9pxl2T2w4ExvFuhxTJERy73ODSt4EuGygjd"
            "dTFBrAqaIw4kZzUGCgRAGLybddUBNLIOYhnBP4MltaAgHpRT9vAS/nLoKe4cY3/jADepISoxxucTcmps1M8t1m/9unfx4oAOcXlA"
            "8jHQSqLk6I3qCEdUlH2EjAJxhWv+ZZkiQIRJhYqB+mWD8GLZaJjRjsU2ZPAGfrm5xArSV5upgCq9jRvyh+SdlK45fnhNsUtfcBDu"
            "T8QubjyLqANwr8GI/OyvRm6oMNexY2LlyTKZgLmB3sxxdPP/cKNdihgO4S7Qy//U6NFOtQM4fklZ9wLUKTEJ6SLrVhNx+ashR1gh"
            "+FVdkvCqHD2EGm8eq9TmY5k2NsdUzis8P2prbQsWHnd7gpbX3Of9FilwSWSU1PYHFiRKWn+3zuQOHVZeZWZpfo+TAAAAAAAAAAAA"
            "AAAABRATGCEr"
        ),
    ),
    # PQ-CRYSTALS reference implementation (pyca's kat_MLDSA_87_det_pure, count 0): seed, message, context, signature.
    "ML-DSA-87": (
        b64decode("9pZIQEjsIfls9QpW0HWcRI83eXUvA4PTdElpBpTPemg="),
        b64decode("bbvEN1E23zsH98cOY54iPg=="),
        b64decode("SAxljAyz4EC94IQ0XO8N9w=="),
        b64decode(
            "aa/SYntMwKiMkAy5RPk+ZWbecR3N+GJQPI0mBGKi1d9UMIfXzyLL2+asEfLplX3bjFLZPVdYKOtxjCQBqZehBvUbLCGq8OQGCEK5"
            "bxhSjBgc/RZge7cmNIrwqml27O5A9cIdoOnm6PwP4ScbMzqusXp1evxsi+hnwBNjj87AwmtJwhQ2ByJUAVdGWOs2dS7LYavUpsXd"
            "FuJgaTKHWaWLEsS1TYZMmK0phYdZ8JBtnwfjVC1uV6LFyn+ym0hVHEBfNtb7FmQHE5ZmExYPr3Oi5QlKp4+MtwpoGNNU74HvYHHM"
            "wWPJu2mA8OMbA3HJuAebuxj8NuEiWq3ZxYqD/24ODsYfO+7OVIbjqEZjfl61C4clzN+dnTfEtTPvwAY1etDszN5q+7wDqDb0mTag"
            "MAq6hi1TPJ0eJqeS5x3acRxBzXt1Z9GPRfycX9w4mCn5gpEBrbwK7kbmfV1wTL8p3UX1S8hpK2DQ7Z/jpwMITCSzeFDdpyHgWyLV"
            "NRpJOt7b5UlNRtnyWbSGP8gOov9CJ4SV0VhuZ1yDPMyjhE7E0ENf43Pqhl8nmLQqiOY9lHq0eRDv9sVCvegssgpw/8anCUm85tMx"
            "f/fi4aBJ1MiBktBpINTWw03SsuCaIZqI+AvOwimNcpL0B52PK3JnLD8jRdZBxIGK0ghHrws9HAXFt6boUuxzYe8DAjAIQhBI79Gn"
            "s11r9XgGIwzFUhmmi1DLPo/zAAOKxuNyUfSB/FGTH8rFw0KI0j3xfcGi72eklOre6xV067fhvAW2Q9H3H7+bBDUInVTXxlXVMyUo"
            "3VawD0P1fwGZZG51PV8jVGUA6PzICNAFUGuMMq9nYwrKVpmatg1wAqooScPzlF+Qk0bLz8Q3XemR/2D8ZzJwXIZN0Ph8uPjHXxk0"
            "j5ecltOXx+n9uOOgSG6MasJgmJCB/P4Usq8ulo5XP9txrYNk/vrMwi2SbPurt/cLgPxDaVn1+Euwyp4v9YOhKVm+DCcwd05M5TkG"
            "dg4TsJDqE7x1ucWGdXjC3lX/4URFOHHkSsUw2IDm+qQ8TwomHn7e1Mm8X7xjUtlzvHbKeo3Quc+XuP6M2ItdrVvYRWBHd8GLyPhC"
            "QmQDSDpu724YyNn4AOayCMUs/tVx+tbGfHGxs6tYhKKX588F0J63nWjdtnisa4pXPmU82Yhtyz9DRXIj7A6eEf4zkn8rcOiDcNY8"
            "j07OEIUFn2wV9ALMakv4yljWMgcoHz0ZQYprNwTlvh/bG2NpD8KbgTtcp2QMA10TBgMHM6e0K/de1iA/yLn5C58+5Pg+1jwu3nJa"
            "0Rnyuyu6A+plVipAjjRzMl3Cr3nkgERCOFpfwa2CZQnz9yL7Z+Vk+dnAYQyLnyrgB+in2u2Ql10eCrfSAon4R1h90pmLGo3qmZqM"
            "kAuyQ/oI0tiwA49zt+ca3PIUEBab6MT8TVGFN/YiMcI+g16D12Fo8DHP3kDWgjCrMdTXdfofEA4ljLwkC+Ec64ZCsSthez6fdE5J"
            "Db/KSwIR6cbohQ4qCyGcEMZ1rMpFzD4jyIvWrTunh2iJXn7j9ugzLrHMwBBkr/HW8DVv9KMFEEpthpE89/5kiutUhLzMgHsINAfS"
            "QePA2vqN7caEz+ZzI1dQ3yn4bJJhruiDdtdtXTJJYeV6tKl0XDQp/IdovD7wGYoNwi5gWYuibPkG+hZSLzaJB4swVSEHLdg6YQNg"
            "nEh/iNbwgQRdu6hhpRC4tLIM4xfRAZWB0PA56VAKo5F1ZbzdqIqVBPPWi36KWf6NdCQDqq11po3CX1XfHME1eM5CyrHvr5s5G6ZJ"
            "33z2QBUZcldLFddOlIgsXYcTI5s0pYo+z6NRbJeaHe4RWNaPldxsX6skKrUiukkX1wvgygqauBgbDZbK3ZS91aLA8lWw37OZUpA+"
            "RsRJ3tTPMBzuq11/pQYx9Vp3mh1lKZ6VhDhBOUpY8ZWrApcmRcIXFR+2Tt4Y6xmxzvJJoX0he7s9lpZd+6mJ9cHTH6nvpC5aGGjB"
            "TTC5ZQ136dOoxsad9sDcDH9meq4zA8C7NitbDvbGI/ASVRWPeYzA7OHuGUx3y+p8m9YfSI5AzzqK1zl+p/6M0gQNsxUxnBbt1x2k"
            "ENXp7kWBYxYWu6nKQPH1MjIhYSQjVOBKuYksBz4mjVWsi+B/VS3OFsV+EFaCgbEFfwPnqJQkK4DhUFAsAfwr6N/Baq3g/szObkmY"
            "+UhkNOJblcstfVQ8QYn2QyS9SoiV6/vCbGJBBBOmr7jeput7DBIhjwNahk57DF5fwuhVEjnryZ3VFZ3Lbo/Jc/RPZOI0TtWOTNQp"
            "CflCiKDFKwhzyEOYuDyr0fK7VwIcPj6jtAbSLlSRFSgyvY1DYpWo/9Yf9O3spXFz1PEEFF3sSHhWGWlFbx+QM5BuRhBaN6T9FV8Q"
            "hv7IEWejR5khSibusGiTNhA4RIqC+YyG+IkTVHbiqgN65kkr7fSEh93ckyjTTLXyv8HS3eyfkqmRv52EJQy+JdqZHTboj3g7ndzO"
            "yO8C2EmkmPk6bXC2RxZcIu/qfiDxju8RUl7o3Spai3p3bkVHAA9ebkOcB81KYBBBDEcJiY+WZ+LQrimiA2xV6uRQz78LR5Fn1fY+"
            "CDCY9dPhBaGL8hnDTxrxTBuuOR7qim3ctOzqKrGkSO0ttc7wiuwgxax6LRfHrNKxY3nI2VzbtiL4O+9Ehi7oerw//DTjr3985RkJ"
            "NAdWea6dP5KzBssktsJaOi5deMl5w0IeVmG1GMxv0NkRNK+1xGmyNmcrXdOoC7VKJu2dXFOExdDTZLSsQol2PJflZWMjCpaGrXgp"
            "lQ84MBAPtKXUZ85c+l6ZfzxsgTMCZaAkhDJVx65Fq+ruYd7kBuLlUS3EBwQBg9eEkqxlcWbP86iBXCstH9rHgJiEFvmjxVAl2aiT"
            "72qLRveDSd4v9m7/1GPwyePqJQFfkmyx2IdroQVxpRLQpgeuZS+3Jtw33OSgvtwbFI9jiBYFsENmro5AuRQddoWNQUtRbU3tl31t"
            "NhilQwB1WlmHu92OO1OKBXu2IMM3C5Ci4aMuPvXHYoov1ZBjgxV3dqOpeu3PlqKNhzwq2u+6qTpFR5fU3gdU0IC34WGXXTvsxjuT"
            "MbM0MtVfTw2Btg7VLOMke+xtiN6spry2X7yHWbQbymKSb3VlzNB4squ/u8EPq8BUOuigOQ66P32Qs8Xvv7U44RI+H0A6ZuMaTC/B"
            "DVCfQq5Qf/Y1M1bX4p/LHyUoVRNhSZg7S+n5YveMKIbhtSP65j7lixQ6wAWncm+XSe/eAAswdDl1PuwuMQYWrKt858UpIE77l5Dk"
            "XZ4f/4uum0/jvSlowobVApBSivft5rERnRk8Fe4lJDiUYxnvy/tUn6uaUmvzgnehukCqlElD7JrNdJEk8LIs7MN9tzFdDbIWkZOX"
            "oW1MN0/94r/2/ysRV5Z6oOQ4yRWQ69yIGiUsh7CI5NfXIjuw0oqL0+eOFWBZEnetPfOqaZM+jvKL9HTR9VMVYGwxe7B8yeN3FJNZ"
            "10AdTjR0s95idf24c9V4SX9WSJacT8+/n3ccmonvSn3xK7Yeu0W4KUTiaYQKGwyjxIsJ4PdR+RCT0LP+rjoCnXCOy9AlcpLeQge2"
            "SryhPcSX4Mq+iMi5PNJxmZJF6ZMf0jfsuguXxetdXATFJPKKFPHtGGc+wXMPvGvn3vlr2gJwapW7PdqhHEYu6YOAm5mfnTiPONt6"
            "XSC2lNk2ozCKVpN6rGqKLENe8PcU/l3NWE7R8mTGvFSSHxOOgO74g9/uS9mxPpHTvEy1UcocuWBcGmMy3686j/Vo6riUOq/HA3g3"
            "xX4XC6iWQNc1JF78gPyZegGotrJ3N2aPk0mxAJsBo6kZC79v690AMct2cilSYuqmiS2u43a6ZFvJnzUMNq5JjHucAs1cosNpC9EH"
            "tTYMmJLrThB3ZjCt28IaX1Dj2vU4WaFaV4RTh8D//qPIRkycvMWmIPm6EVlAB3StTNdfW6ub7T5BeEGqLQcuKz9aU0e2etV7uMdr"
            "VSuYfBfAvm+Qmr7DKr0etanMf155fnDCjTTZdOlbfHI2ptaiBVPbZH8n7DAUqkVqAz3b4zrJ+b7APgiuGGTa94w12RwyTTqhESM3"
            "m1zZMmP9vN2EJHvkR77fAs9gLRvgQDq4T/z4E6IwHJodIvtPqFuRqw52tYYwHv3L0qsk9/1giUZ7FSj5lP113YoYMptU6Lnmaaqj"
            "CxVRDl0fcbWc9WupVrtYrdLS+iWH1gLA/GPZd8E7oganYdMqD2mU95n+3Y9ajaTiEJCrBEcUmPk0X5n+j05kqTbTpL2eEduDm3/7"
            "8LYmqOQHoi73kq/vlC/QSXSSPkKVrynl7DEDTgnxWfSdskQTef8ZjCpY5ZLIvQe9TXZqdqKKS/Aw8RuNNs1BsOZTX5FyW/jpYwFL"
            "k43VdlBQDF4+FwJ7WQQiaZcn/qC6105UEJt7EPoJDylZnTGKW85EyY2/XabWFV5FOjdn+TEk+PtuG8GZFA/tK065EVsYrXNFpC45"
            "mHXXHywjk6ER+sshUlIGlJjX/X3cTGWyP7HgowZvC9izK0V8P2DFbPqRXgv7Rkd6Gd4yVvPW+tDFhWtnyn8/eq0H94gmvQZgXx4F"
            "4XIu7F1q4XAb1K25GGTsXGy1ARycNDBNyJvIzyMRX7QWFlX5yR7JBqs2UWQjKn7J+f12v+cj5jbsD6z2Oeo+8GGPqKZAmfYyeaeo"
            "hNyG3k2DflzIkEIpeZ7wY6Rgf+JdFPG7EjTpiLLJtnIeuBpsWNess5+l0TLLJoBQaCGg5eliiVgO1DoaxAyQCq9ulHdwDerX3Sqw"
            "svfjbqFHOY7VQ6WUPKTOvqeYnzThiHiaVskHIOnXtZJzLd2Hic3RDnonEza9hW/QkO1qwGtDWlgEIsp107l9fpbcywF4DIeXmJ4z"
            "KmpLnmOTIiMi4sjmoKjBVYBb+UejdxCk6nuFwc5jrFPMtSQcX2UYpLnkVwHCTkG47oEg964tr/w5wXVE4m1+DI1qJ3iSwsjPtUIo"
            "yjCiLbECpiLJL+zFOZxjcxO6sxg3gRnJUw2ifjNo56bErPvejr2qL9cJdNzKpT2wHSXqpwDgPoLw1Fv0uRmzA/aJWPyWSJ1fU3DA"
            "6jsYDZlQa0otBFX5siiHa0TBrQDVR9Io1oML0tmVTbEwKeS9vn/YSFp2ELn5YtsGp3I/mfmlFpV8zfIaznJ77DlVt7a9tleT66Vr"
            "cTraoFjslm6uZZqSIONdE9uiEHYYGfxgRiBrHZxauTCOJ741pVYEqwnc1BdS8KlwN6MByWeFei09WKrTa3cKSt9g5VEzWnbtBrkZ"
            "CK5ZdJrfBImuRZz1Nh7oafZgo5Yzj1aVzwmlqEo16YjNzMDeuzSQTZ237vw0EPHZebkO1dqdWU/k4MgU3zQF1b0jIc9Gwfj1a3WH"
            "TqETQIJIwxBRLiFsrJF+3fbvJPQAvRlP00DYLoPSFmgEwc1luYpSqR5kzLQiBm8vkiVtI1k9zMIi1hnQGohcbj3z8lGwXowon1Mq"
            "zLJRUUJ50JF3k3ZJl/iba5QVQjhseQ2tx2UmMB//BBmTaK9A3RdzbCG44Kz4WNMlG5pNib3ZkJNkDJ79+FRkvcauKJdpAB0kjHSz"
            "dLs+bBcemZzmEmB7c5XIfZnrbzo/i8lOsgb1ohhgeSXz9SlryNfv62o1HDa1EiknC2F73zUiTaPHSKs+fppCmhdBxRMjWURTdKXt"
            "z594Asdteg0cOEO7PT7rW/MOeakjcyNiifGFjWau2JKLom4CHAX1ZEHgr4wvthA17sDIR2w3G+vIerZWtHFgY2/XU0vqBbbUBN3E"
            "laRLKj4VUOdw0KyYYulxG83pKCU85lemKcR6LmPpk8UV7VJQWbu137L7eLf4GzX91F7Ogntk+lia5Gy9RDrK/3cdgXlhxAgQNk7/"
            "rM/h09U/kKDC1X61SFnSFHosmoY89RIKzyNywjoFSqIi6mTI/VEdkDXQibYECypWaTKmN8EWCw5FnHEjsP4N6Qi4tT7+DIpE7A7d"
            "dztXS4F8vcz+0m97DHo/WgHUe7szgJBJNzLXr3zzRLqIvhlkb3qj5mYU3SxCTlVXX3N1e4PY2tzzlpe5vI7O097id3uSl6jF+gIp"
            "Lkxd1PMvOFx3hY2OnK2w8fcBQXN3g6e9d7S8AAAAAAAAAAAAAAAAAAAAAAANERYdJDA3Og=="
        ),
    ),
    # Sealed step by step after RFC 9180 (and the X-Wing draft) from its parts, without HPKE code of a library,
    # to the key of seed 00 to 1f.
    "HPKE-MLKEM768-X25519-AES-256-GCM": (
        b64decode(
            "YIuRWzEixoh9r3JAJrTDl172zGneXqczIQLALVpMFOmkH6rghWbA6Jva1OZWrkPQDlkr3bzj2XZDql2z5o4wwHqq/SaIBhtv1gBc"
            "0HGnC3rlAzyUGKpQO7mDYCrBI37TBL0nZ/ZMmeaEEkJDlF3Pg4AKtCigEwKAEKfZb8xCyyahCC9ouyDg/7IFhaGQSIQ+9u3GLFSI"
            "CzW13sV3aG3w0BCkz7sPtg/CcSqL+Z6GZAcCtgvKtnzRj7OjSOG9Zx7YyR3c0URrjnwc4vRLXSm38kV1OB3zlGC0K94/XlMxjuCK"
            "X1UGURBBv2tL7civ7vpsnkfflzbSOFNpWN137I8s12PWlYqSAyhsm4afnBac+odzMXHeDwAQdIyuJL1oEyvwp+KUWOky3DhjXYw7"
            "Quhr8RVqcDA+CGreSlbFoDry/qSUojZtPPbMH+0uiasyy5MTHXpm45IKwAPIxtecSCqZ96bwS9LxWAsSX7itGXuRyWYDgeT4+LPy"
            "pgGzZGpsGSlniGSupd8IO0aC4byfy6aTgj0bz+YSP/tUNvLyzxSKXoDqWoIP2HMxI4Y05q+56k2PHC5qSikOKWXsmw1U9H4Uyljd"
            "5Zp+Vg2LYtas/WCMLwEothitiOfZIHSO3G290pd0NPEpPNgzV5DG6GQZ2RkePnPVJUXgndP1xi8/z/EGAQvN3ARl0gy8DvmZ7rAn"
            "u8RQVVm00Z0kR0zCAq/5ZYVGohzvY50LIDiCE3/Vgs0KZK1u/zHYrh1dc61OdfRCsvkn0ExcOXlxrsmLzxzgswdnhKk89tgfb14W"
            "07ge555sVkhiETuIyqgALUlQdc2nPVi89YdpaOu7SM0hDyKmtTCLGSdJVNg5hp+cuwIoDoSTirj0UdUi01WSm5klMideEC0MBOw1"
            "FsoVyH5YN+imH+AnzB8XvwMSC1BgWrydz+D72NAzfd2inkZw8Pj16ZaQ5ikVlMl4kK61Pxd8obxlH8Saz1yBBOcHoOq64G+B4Q+K"
            "nvQUbDbDcMregqVqIrSXlploiKobdqghlFLd905n5y3WgSfrgdFFylgXJNzbZp2wCgfjMDCtN+EJfEasCfVLPJCi/+MOcrRH9QFe"
            "Zm7m7wSelGXAz5DU8hOwxCI3Lur76Yql4hYFU+EVhzlPMPsRLspnIpqi7i9z1358H7L58V2QEMHnWltHV6ToZAnAAaxYVKXNNfr6"
            "k2pRXn5heRGyhN3qjHq7Pf8awqrrTFatEMo8Sye02ackUIZ50BtnhQBVYvgyoBDufRVmVk7rK8sLJyBEw8tThWiJxgt3J4uEkfnF"
            "ppxwi05muBibPXBh/chzhOlXK9jce0p/G2YNhJ8cirl/dYbJKdyWOKAElLM8TAk6I1/UjTGs0GYnwak4z0opyurA3SCvM2oHppRG"
            "0LKEQsj1zb3nWdjXWslbK/TqVzOXfnzNiVo/sdINqn9fUqbJYx81gHLWNliA0a7qMprfkSE4OFHtIaKOO3XpZdDSzRZiVJAvH9yS"
            "R3UQGawcyCYKOtSKSx8="
        ),
    ),
    # Sealed step by step after RFC 9180 (and the X-Wing draft) from its parts, without HPKE code of a library,
    # to the key of seed 00 to 1f.
    "HPKE-MLKEM768-X25519-ChaCha20-Poly1305": (
        b64decode(
            "mKNfFNyodkMg41rG2Kklnx6jwCrvF3PNrTM+MCqNngXSzlwqEKfs/4OGcNOF3BXIKc3M7kzRZvNp24b6QBTtnfUKUx6CKWhgyaYc"
            "1YEA1Mn8aqB4uPo/kpUpGIOkBDBAq1elCKbVam9RnFZOGu1xXsrDmH1GnHwaL6KaJ4FOl0OMJUQrT6pOULOndlS0xLX/Z84QSGdV"
            "ExO/mlmMegqx63cl0HcIqRoF2VetHHFrKw+iWqxTB8kRrJsQie3vbSZA1QhtqRir3h8XPmMl/n9vXaAY7UY9KFY3aUAelUAcGub/"
            "R0n/REGgpYg45F5VoUxljk8XjfV9jwrmb+bV9IRbWGXBR+0K9IJxQoukBU/lCmJ+r3KpvVESAPddp3pPd0WLgXrJwGdbUNjSzNTi"
            "pOyVs4ZIe+YTdv+WIb5Djw2raTuM/PdkNA/dxAh06kWThKQg53PGupNqBrkm7dj4GZ45Vc+mPNE93axmzKhPWHVzruuyq/wbUxdJ"
            "AJ0F7cRNk4gI+8OiHJYOKIw0WMcEPdxCA6zHHZyWnGoQ0Iv3Hac5Hq/s3RgruWUUnIexMJ/b5hLUvW00sD+9UPPOLB73CpperaWM"
            "c8xj8EPvYP7OqEI60dEc8NOrdItpS757RJqm88W/x/0qs2eA7M9mfhxSdhHZMB2vaixSw5NX2fyayfaf+/ZhKDQT5PKDdKpG3ZgN"
            "UBHRK33MxBjKW91wnNoaikYcsS8TSxE/Ryzg11RmD7eI3TTh9Jj27hrEGuJbjlyUhgDqFj4umbjb8d+0TMJrfQHLeoHvUIJoL/O8"
            "pMQUhxeUqkGW4LUIAPadX9gAHft3yB9B35Yre+8y2opCNNniY0XyIEiihIT6CzcoLJ/MHgbTRLSgqXjLnWg1xiZV7aYJfo/iPM4W"
            "30DnYoHQ2L2V2QzL/N/cecOJIUEJIJ2IOXkANMdfXO54g74z6PfKlpEk1pIxJoElYorG8/DHaYpOSBlCYFcjhIbIfAj2T+3iwZwf"
            "Jed0UdMLq7224oormMwCQHu/nrNdi7dk7VFtz8lOVp1co4k+fhA8kf2ys4pzLWu/RdeK5Bz38dh+NWD33P7Jd2HtQuc4zY7DDtzG"
            "MAys4zVY+Hf56yaKxZFkdCksBfafan8dGphKK7+Cf9tvhx44fNdFWEzos0yLUdcIGUgdmdxiHNk0RiFES50Xu27Iq8qAMerpFooa"
            "btKyNMzgFpM+m29ehcUW2Vik5qHtKafvxYZj8+8UJTALhjGn+X331z2OK/qiWpugailC0Ui8DMhzoeLzt//lm/aZVuAbErJtZ80X"
            "FQc6qIzx+0uUksmq44B39LnraFLi/1TulM0RZrBTWWBfDdUFWd99gKAOQoyCmrywUuIYb2vcbhuBfsGm/bEgbzXVy2nXAWfvnU96"
            "4AIn21ZBsccsjSBGKqtWli26lmi0DsH+/C/CrM4qWCHvjRIO+tQ1gHLWNliA0a7qMprfkSE4OFHtIaKOO3XpZdDSzRZiVEoPfhvG"
            "ndsoS9pen1rH1wMgwKw="
        ),
    ),
    # Sealed step by step after RFC 9180 (and the X-Wing draft) from its parts, without HPKE code of a library,
    # to the key of seed 00 to 1f.
    "HPKE-X25519-AES-256-GCM": (b64decode("NYBy1jZYgNGu6jKa35EhODhR7SGijjt16WXQ0s0WYlQikgnlvl70Qj5o78jrPY7QkNQz"),),
    # Sealed step by step after RFC 9180 (and the X-Wing draft) from its parts, without HPKE code of a library,
    # to the key of seed 00 to 1f.
    "HPKE-X25519-ChaCha20-Poly1305": (
        b64decode("NYBy1jZYgNGu6jKa35EhODhR7SGijjt16WXQ0s0WYlQGj7Xcnge/syGL5pUBt2ZS+XX0"),
    ),
}
