"""Data of the known answers in ``rsa``, in base64. Published test values: nothing here protects anything."""

from __future__ import annotations

from base64 import b64decode

# RSA key size: private key of Wycheproof's rsa_oaep tests, PKCS#8
KEYS: dict[int, bytes] = {
    2048: b64decode(
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCitFGgfQql+W5FVnFRNVBRSopbRi6+9xcJT6H+6CIk5jf5dG0/"
        "fK/TGHjYAyW271oXAPZZA7RpQp6J1urIhFCXtas5MYnbklEu2KdxGhJT+s0g95wV6CR/PT5C5G5IyY4lSi/pdlMToD7/jxfhoCk5"
        "eh+iao3OJvSQ7YEplhXZgUwi2mEEKOCcfZZYWUJm9cAh0PzsoI2UWhK+gt5NHs5rTAMUW100ldTtVBHrh42vBf16/D4JraDxEmQi"
        "9ZCXWhlpgW9IaYvLuhtNnK551GDY+fheeXUAXZvCLE5awPfBpF0SVppigH07mgLlpTDncwZvRT0fW0wunPeCAoP3QrnVAgMBAAEC"
        "ggEAJM3GIxf11ypva6bMljKJmwHR/yiGfXL2FoiZW8hVpOQgqEBSUAib2xPPjglUOCe3SLnSf7srTZ4gr4xaaoYnltGkzBitFupn"
        "i8G9SoO7vpxeV0U7XOc4jkGjukzit3tEOKIp6VT3INrgNT3AiKyKdrJtwnb44beFHd1jmK0W/y54GVEjubA26UXDjJ0SQ09t92/i"
        "I1nrPhrJwBFnj8km+tOuR1pP//9V/rLRR+nIlPTA4ppZnnYkYkgtlov0J4CUX8DSwxxXPEQxuPT+i4xnvsgVq9RPeobtyhwjCHNz"
        "WNLCrl4uDi2t9zCYAmI3flixO32ZkgYKC8hwzP20qTGe4QKBgQDcQxBQ94LolPtSSCR9mMt9WLjR4k87VdBBxW5N4Iaw1bsCi9pC"
        "7rXSNNVoHlgJ1BXmoomtTPv3j5ePbDWBT1Duv/HFuApp94joHmurXdqng2nWWdFD7G8X55gTpXXPrZxWkVa5ARPi6REK2ee0ihyT"
        "SKbmUzIRkSkOo2z7OlsY8QKBgQC9GoHnl3+YmBIic64yIrWY6l+xnrTqvDgwil4yGWYDsuUA/7efW4hoFmEd68Ry+sRVRAcL6wV8"
        "lBN4poaK87egPT+YgOxH1eCJuU+95UKrqa6NcsVwiNer9bEx85CY97wWD5BTaryUkv1OBvPtcpnUuXuwNncgfZVmnxQM+8IPJQKB"
        "gQCpS1KLKPKRWZEh2RlS/9HH8h18FHnZnUeIhfsWGHDuEhi/CEcmEtvlSX6NnGUGiOCceGlhrj4sNU3EiuNFFHWcTCPEWISIlh3A"
        "a0FOYcDh5/u9KSPTFTL+KJ+W2iIHEeWMFAGYCOAEFCdpM7sH5O+5tKmzdlaRcgUgnzPwlRXXwQKBgDrw5yqTOu8J/yUD33i6/tUx"
        "wC/xorxDfFQM3L1K01Q1z1EXY1llQ0gGKbEUyn94D/fvoy6gy24ADW2eofLvcf2c+ZSEIqFlVX4351Xt/nDZC5IFAutHi8mKY/eI"
        "zjoPhW1u3nJRo4O/qPpICoGpJa97PMU4xLq4yfdZf/toAR2NAoGAJkD7+8/vsWPueoe2SDpm7kH5VtkPqKeTm/wELuCSSxt5k9BE"
        "X3WNUZM+hRecAyCwyWi0ipHDi1vpI+EJfAxWL4jUIpS2onWbr6VCinTxJwh05F9vzGDyFgLeXszRQ88xJB9ZIbWtOYP7VO8Xvjso"
        "U2flDJmcZyR7VS/kv86UX3s="
    ),
    3072: b64decode(
        "MIIG+wIBADANBgkqhkiG9w0BAQEFAASCBuUwggbhAgEAAoIBgQDG/iN5JWYCPCZSh8Wsb3FUHAmU0R0FnuZAOYbvohwktRvZHYhi"
        "+d95pOMo4+J8g98mCyWptDQgr/xEtR6NdSW28pw3KkBRBHMgB1J6Yu2C+sc/SJKoDgloKkGljNNHAX8759gBM0+S2TIar9U7Ub/6"
        "v8dSz8yuCx7gO9r/nkKMwcEX8ayWtP4j+MI+Y4EYamb9WSiTOa5VxLza2/+Eq9qlMiQNTh0ostBIHa3TskZVfKj+GAkoF3MLOebu"
        "N4/8yFsZ/9yRapuZGmtm1KnHurX156NyIQEULnpBCMFdVzsVKJ4H5G6uoHtCwqvLozDplVS0ZWFlu0wNsrY5OgfspXXFGpPE4Vvb"
        "D3R5CUR+Pv40xnyolUtTDlaiChtthNRe0bzTqljsBvGE7lhXqqgZ4cypom9OKNa5d9M5FtuYltJS0a+nYuKHyw04TMdb/lP06SLQ"
        "LdCkgcBC4tMGtLPBiTceV1sl4ABaFkz2ndCXbk1b5HaAbqa+YITnGrT1rFwbEgMCAwEAAQKCAYAPLVn6RvJxUDIiEE3w2W0c26iV"
        "a5+ZiqWIF3slsskPuap+lESPO/yh9AQJXdwr4Aj4h1gfiemB5rpIaUIDywAN5JIqmPPf2gWH11cgk4QG/eaNepUI8U0hXzuzizqg"
        "C0qvgH7WlJnImv050NhkFlecodzrgYLccWew9Y+9+E2eG7cFAv9FXVeW2cXC6WbyvEbPoum31Onpi8BVtvrVnR/ngpwCUcdij8TY"
        "Az97SnkX0xK2kpG8N5GkNQ3adG1se8Foe1/aGeSB6F6Ur1GHrPNKgFUHz0TFGEOta2gNSS2SH2kl8tuGCwbklSg0ef3/i/X+B/Lk"
        "cof+DqwN3fokqm4fbkmGOnv/HkwqTfBVF6N4qak+jw8wkK8+moUSv0VsA94W8V3N6kiZHEepLLsvPdIw878lH3G25uWJZu/0WgVo"
        "vMk+JG+13u47jCAUOP1nZD8xL0Y2Gib+U4oSRW1l6JQcz3EPx4uEwDCrRBG+wGuwjCqhKhxMGqIpoJoEOwLLZRUCgcEA9eyhbg6D"
        "aWsO2ayKgSVF2rpV8gqWTE5jQ2BKfyvihg/On6FqHMkhIJOd64jf9oVQOD6thR+sB60bLoqbK7aVJdls6rt+6DzlDwjWSRB/RJoU"
        "Uhpok/PzxcWnA7L8KL/P4mGk9/RQVYCA3q6qtlHHqa5YbB5/XFLNqT5AqskI5OM1eYT8EWr5y+lTm8eo07NRpz6lwkE9HaLgtEi0"
        "VGcKyon/5zsUAem4VU/D8j1skEYjJRodKZYsqbJtlzNFvExfAoHBAM8lRG9Zz1EpGd2/z6LZZwSVrZK28pXWEDIFf52m2+/EUQpi"
        "PCtHpSIAgqO8Qq8aFE+Yye5P2uQb4OxQHMyUsrBkAZEJmzVWERYN6zJ+is4Bi4mAJe9HDkNz7B2X9mnimOHYRcZVPApUbMsWjVtR"
        "Db5gGP1O2aNUX5vbgZaPSm18eQ5cNHKajvtJYIb6EwAkmriyjziVHXvuHBJ6w8TQvVlu3uHp0XeB27gifXtdds6Li84DxdM5uXV5"
        "gWEISMVc3QKBwGNXpZZ50mgBUUxpQMIOtns3DoTp9fD5MWwEN9PLfIQ/Wm5tnBnovbMVLpP5BM/m5pLx7tJ6CtpG+VYBs9Eivnk9"
        "rZvdBdT21GkQXs/BFEg4HcFU3a32vCDGSUNbSDWF1opSe3uWe+UuNeC+mkNwIcHPpfR3FWfMIzwc466Z6zfa+L0QFWtL1YCjzpx9"
        "ORvbsj5nNjqUdAXGyBLL09zMizVqLa/Q07I6IbaEtFjkqzhUvNm+BM3J1lzusQqFMcRw7QKBvwTa2r/BWxqL3A9Wb4dhkQiKeYb2"
        "wrjAS6DggB0xy/XSpBOaOc7J3xTs7iLoRqfT9KXo7tKnDHpMLPlc50/kLEv2DBNaJkkZu0zJBrooPRiW8K5IUptJDwyFqwMGjL/u"
        "j6a7auc7GC0lzWb1IFsDi07q8ar+Lhul3pfIjUD6GsR2JmAvyQrmlHNPRPPk6I0YTogFp1WsKQS+j+ne9remLMnrz018LWyfnoay"
        "SD6b8izlGGG7tOc+cxpNvrqHdy0pAoHAIUofcxMOSLM2/gG5UIhezbNEPZPn6Mpi+w2pa9QjdZ2L5VLIvkTxOfvubsJLdfvwdE+s"
        "Taq/VIj+bDYA2bjpqSJIH8dKej1iJmLbjIUxjeSO6LcW8ZQp+1lJkNpwXr3372YT3Wv4hcFq1l6f5sKAOGvul2wl26/4+/abrtlR"
        "C+Xt7T+Q4LpKl+XIGiGJ8RRnB0Wrle3aIVvQX9x4kp+gz+iwHIPyrsk+OtGjNP2FqoeU6s+VWuXazUWyaHQfyhlc"
    ),
    4096: b64decode(
        "MIIJQgIBADANBgkqhkiG9w0BAQEFAASCCSwwggkoAgEAAoICAQCVY1Pst1YZRdxVRORgJGYHjJPyhQdwH/054qmBPIrIdA5q1hyV"
        "XUhOUTs9zqUn4AGgGO4sIHwYBqlnYygCNs08gg3/eYN8m3CctLUi0928kZIkIlnEO+deokTTfM+opMdQJKLPfMduhC6mnMfKEidA"
        "WwcARzh6UGjkl25LjtX5qt17TbAk+7jXvYoEDY9mEMHG6x1LYG39GCI10DYIgDBNWnUGA68MQkuMjm28EsNpfS1gnJdUfndOLjYu"
        "qW0WkNyUMhEsU1JYs9ssTDKtUQ1sB60HiDV4g4ae+4tikphySEeSXPQrNDhr5wDwKQPbWFIna+4jcJQfOXvcOQXjCWSgtec2AnAz"
        "QJYMPtYHgmO2EfGXlV/szkuaMuQ80dLl6HxM62XtyIU6fuMdKOFuWt/7ise3YPv8Y9XxdPTQk2Rh27EslkprbWzudS5fyhq0qf0j"
        "jdPohgoddj0gGfnnuZ7XZm1OA4cQ+Q4Ak7xWaYfWwAkvVxN25wWzQtBmxU5uJXiSe5LB8JKN5E6abh9JuQfGqk9gXsnDmNVd+Bxn"
        "NzsDzIEQFi+0F/lv0yEEhkffy7OSRVEVzZEuqDNRhT5qGFKEZIhCrcvSXmcXSjuTuKZM4s6d4OhXe4tmLOMuJWV4JmXdOOW7X8xP"
        "4S5DINq3dztUWgnG052dutRZ8h8+Yk7m7QIDAQABAoICAAl6WdLE9wN3eTk3u72V0ZtdAe37HrOwc+J+TP7UFoINSvTgTMP1PScq"
        "5DVRrQzQm4nKyyGllfn4Qjs7AUjSrUbPgY/Z58u6GPT4Sh3Bj2ntWnZMb6GRo2ZPqUo5uvsaKUMeb+32HrkWTddoTwy1BiSBIfqU"
        "ijLIcz89lFPa5hyHCLJQBYLzLZESh3UmXxi8q26xcBReM9xA8bq0URlM+MOPn6kYBr0iX6S1TKUIE7nXpU9h4AAOXgdpyyo+uZsa"
        "6cPFQW2sg6b5EkjHNNfmMpHOEt5NeAcDYUEo+HjykBWAHHpex2cOUx4Vc+vIzmPWQLAbmupItD0e6orYW1VCPU4UK89zMV8+npeL"
        "ZfBVYkYGZZYBP62XuDulUhQMaVfvRDzOxAUbKoyc2fJcTPa9wukE9GBj4xlkMoNGKkBH1Jw4vbsO49h5gOwIQQ1dLe6OU0mVjkF4"
        "q6BlpV152JCAVw/Ur1Z4sVc+QvLg+GOzG7Thm6IywCrluPlI0c6BRcSWjSS1askwtPZwRyV/PAuGvOene40NhxJMSkFBQJrBE3f7"
        "n8gF1gASOGvswrqEeOZjvsw9cyOc4wNsLS/J5uLjcMLHgFPuG873qHhy75K3hGOLhHE6XXi6jDqGjjRm8idbJS4Zdm0hBOxgU3vB"
        "WJsVWLdmQ3UfamD9ilECtseI4PBJAoIBAQDDxndJXCvVZhnkTiYUDS7eADdAm4HzpbOIagkE60hhQPQ7hiavE9FKM5GOtyt4azyR"
        "FPOQF4cVKJU8CRBOH9LTa3JTiPVP/qMDcwd4laaTSrF05VymoSwhkjp7d1tf+v+9gT+ft1KAWwFqVzW4g8Y5/t1Vui4jOm3BZzBj"
        "2EhzkNFnYSNUTT3vF3qRyu75ixPziGBHTkSZPUxgYJJth4ogWYVdDeHHlKyNva1lX7utIPFS8VxzuVrFRMu4e4vsj9PAB60J12ri"
        "Kl6ZMwKqcvEd6yZafyi4iXavXQyRLZe3KEsXg8W8kabct6m5f+U3E5ZYV3QrfkAy3FFBrNSv1HcfAoIBAQDDV89oX5uNTlnpZob3"
        "uHUvCpgu++ZljmvNthXZIfXnBWiCglNHRVeC17x41jfhfg5oEMITatgbFswcgXUHhZJGFvK99ZZLJsf8UPqY+2e3RrUIEnBbN59d"
        "6tvRHc0v7HtyTQQq7yXOous3+Ft1VNetSf5fR3N/9Da97UGFB/LxdcaV4yT7sRvrBUSnp8s/B5JOKRtcjdqmp9uwfiO84ZYMtSuQ"
        "ANOnqrH1jjx1C22Xit89CFrnaTt+akbPbbttKtmB9Lyl0V4JYsOQZqn8J5hbm6H1ETI1V5J5al3YR0AIBPmGce5ImQUL3C54cs5v"
        "sreLEFBDbYgkJe4HRVRqahxzAoIBAQCmu7VGBjjSsvUkKqZld2DN83MbFBXV8u53JI9v4A4xvccDltoFS6R4RHkYCcn88Z+QlD5n"
        "HpKOI5UNn06Cqrm8E4s3t7HtIhmlS2c2fIV0di2yN9DznNpf8RDbrChnEvaRZ61PEisyY89NyN5Yuemt5PCOHVVD7XQiPgbJUh9K"
        "RTECkYksN+iiYuWhmypx3s/sHd6ZfAASXlFY14Z9v+yUZomdWcBLYMSgpsUxTBojdaXxlNu/N0ImNdQm1xmxLEEUD7WAZzWBTsJo"
        "SThhACl36JguhJOirnglG+MjFahbdfaWHUTft1BcNBNZh6IoiQcHT9wBWrHEXzzY6R/ua83TAoIBABeM1Y9yv1EY2hQebTUeQtpp"
        "/5Dig5NIyUxioF2uD3RLnZ7mUV3tSTCYC7vRr6j6xofbRVqL7gPOCsuA+/ftLYZPq/Ik0nq68S9FIAEjhgx9dMPFXVBR81+iOeAL"
        "JLqbWwKbsF3wuPEhiRQVWAlcMihNHGKmPZF2gscA/H4qSCq+FTPqz4Gch44c83r26rTtl8DeidLtsyeWYxDzFCHoXGupx9ezkdDL"
        "7mp5PGar+wljD6jPAg6WDDsgWusVApyVpuVY+QlQpXKiOouFJQcmSuL4b10ZNqFhrmH+5dN2O4z79I013RFZiVc1s1CIHsUumZwl"
        "WlfWs6wP+pNb02KE6msCggEASErYbnlBXqPHivX2yAfMmd7PsUyh6AyOah7wDuWC09GAd0I2pU7J3I28ylH02kN5z2NPOgfOpLd0"
        "jXtdlMrNTUdBEfktGfOrXrTe+Nule5kIRO/SjYU0Rmbig/XV+w5ujZbwdBHIgr8oBEbkmzubFSGPwk2jTOjwHgJzWSDvSKNDtN4R"
        "+ZsmVHolGvp6qmkIPEIeJEexqYnVBxK/j8NYgrY1F8fDmEPPZ7kmRbaMbY+QMxYAFC5suXAypa9u98IPh2MMayXd3rV/LMDNjIoG"
        "YbX0DtZjKYn11A8zu/2b4JN0SDYGws1+2LX8uL898fk2ihOSKxJAwNJXklBbhX0+jQ=="
    ),
}

# OAEP: ciphertext, from Wycheproof; PSS: signature of "abc" with the key above, made by PyCryptodome
DATA: dict[str, bytes] = {
    # Wycheproof rsa_oaep_2048_sha256_mgf1sha256_test, test 2
    "RSA-2048-OAEP-SHA256": b64decode(
        "IHGAw0Bli1FUrkXS5OcyagmXxoOia1leU2opMzxLZhSa+F4CnVQZo546FHsiFRb/2GtrS2bD4MTEn+jFei9cN7hwS5tZK4DbnNeI"
        "pO1Rq08KHL7WO9GNHwaiLyJYZrDCxBfLI0c7e6QlCxNTvS5bTw+TfNLv5fo42zwpX3dIuXAIhlfbSqmnbh7m+/8WbsGGHQDQhTJs"
        "c4S90bwvQA1PdNvfra8/3EYHPmaFc+AgMLnrWvWOtUDGZnencRlEeewAmNhYoupF0LoeazJEDfusdFAAVU1RoXaEypZLAqdNR58d"
        "Qy73Y+9AWXFaQ0jP42ohU1lxLyW2l3kDvkrbkv679g=="
    ),
    # Wycheproof rsa_oaep_misc_test, test 218
    "RSA-3072-OAEP-SHA256": b64decode(
        "FXVi9htRKxGwLR+CmeYvVf+5wctfrLM8df7nnqi/toMU1Ip4aMBbjJfeSvVOSWCGimlKPDAscxlais/ceBNyMdyWDatEutGRxLsr"
        "n4sWKnN5m6IIPZPFW0JfWFfJJfKupq8ZUUgl+xhyRVWlsR71U4ia84x1hcNQM9Hrm3HlbsChoRheTm5beqs1FATw1KRBYCNEnYTz"
        "vr31fVZm/66oC+GVi+XX2nrSwIGqM4IDUWq6HhFkIZKqQCTl/tYRmq10Vr8Twt1WHErJrIh+6vS1O/FeAHsEPemr1mGab61d81oz"
        "b3RNUDSvcqbO7LkwXalzxQYVwpuYqNCvqMVPXP6A+O+6UbCM+SHPVcaTFFI2GedT8wVu5wSpR8JNEuiBfVMS6l9thETaQGHSbxir"
        "Zg8OuIAZUG7aSAGVOV5ulI1C6Ww6yHI/VRTYfaO8R0Mqtg6T79jmEAWJMY8bhdHEvQSCC+KJKorMoeNjOVCxEYWcbuIGPMBhpEpz"
        "f/qiwVjagGhk"
    ),
    # Wycheproof rsa_oaep_misc_test, test 278
    "RSA-4096-OAEP-SHA256": b64decode(
        "ASKkEfbBiGnZ0HHYn+wfjZGmWNZEpdpmRTrQ8P7y0HFG5qlsh9xLxeLVxly/STKJ1Mnbs+5526dlxx102PDw6TQvOehiHXkcgT4A"
        "Q4P6lwABxyqFnunQH/mSCmUM2wjBHpXfcPzTv/HyG7SDipU0+BUIUjip+GDCetbjB17OIi19A1cyxO1tTU+8ZNFT2hButYZ29Sfn"
        "hnp8Rt2GwPVUUc/SKweJf4RiF2UhXdjigU/52anL+CjVlMFqwQB0aJ7jRyKA+8FMX3IyhvLKDxX0uR4lVZ53wkS+dXwYzndD+9AV"
        "FBmhMXuCQH7hbipblwpmBwbQtN6DaOpULqV20cDbzwPgf2RrQqeOQwo56vXkjq0tbQyzYNvWGI02TkqOKwCUxpit+GRyTccJi03a"
        "Vk0W7fd1Bg630mwVaSh4uTr4fDz3kCfrrVWgj/nwToY9PVbclTTUjtrBeIg0KrjBuyjYaBv64hvuATnBbsH2pg8vxJJ1VqVsA2oT"
        "4n7tewVtXpLilqW3mTqD94irD5Q7VqsmIrcy1xeypqRs61uTYUMMjozAXf2yr5SXAtA6GitDjhYSKToF3tZzPpX6F/JKBuVz3XIh"
        "dRleIfH1pAitLXLIzHiN5tfQLahR9kpZvGT+6J6x/7Bq3bVFmHGkYU1mUjdO0pgR0+y7BKZkbcJh6KrF8Qk="
    ),
    "RSA-2048-PSS": b64decode(
        "Fpe0FKXmKTwqKXSSLGbipQp6pph/EVskttUCI2Xse+UQj1YWWxR/5nJ3F0jVEppSqd+SK/zwLvki+fhkcaIYIC0mlsUMVwO769fv"
        "Xy2/3wab1CjZkPImctjvjQ/XKOugVAmtL2Z4CKfA+k5kl0CCvhJYB/90cRs6dwbbHEigRW1e5bOdXAyofbOeYvLfEYa5qvBc0SvI"
        "5JXx7Z99xD/eGTBA4OOfiOcPHfFw0OVxfc2hSVbfYfDkodjZUWZoRJSXJLQhC7UszTbl4iG4C6ql4OGz5BzQHaN/M36FRtba2vuL"
        "pdgfJAiDgSlOmLuOYBKi8Yl3GeHs6ISLAUlmmbEKrg=="
    ),
    "RSA-3072-PSS": b64decode(
        "YT3gAqEps027EdUVfW9aiLUI9W6G27djrmQ5Qn0sBAiirhTDkVLfKFzNaW4gt5n7IfWdeyhUnT7lcvU4lR/NCRGGCe0Tr3XEv8rl"
        "nIt6Smi01RuSbHUabnMCHi0ZXBTmEkK5rWMg1bqcZ2vtt1l2ax10sGR3X7p+wFbh/0pL+RWDSYBCtXR+1MCVgnHXHBvY0YJ5vM4n"
        "SFBQL+dIV52FWEzenfu+6sKNN7gwKvCxFByb+3JmvFF4V/qIyNxwOJbZMxgSv/aQCZ2wbihc/vGCuxWGRJDg+k2Rkh3dlnGh+fOf"
        "jvoHgkZKy7glLkUTFfr5OtSFk7VVZkmUB4uiSZOpz1RmAokcoIZrNfdeYZPfn+i/WGQZ00tnb83ck92c3KFiMUdHAjgnf5O2zL1l"
        "+GsKOYMt1cK2LPJxhFa6VVPs52inZxRqvYVJhJt0WvpBNbYZvehU1AnBhVngxDyFrda58p7LFSnrQa3GEytHLwb1Wl88/DdB/VAS"
        "23ckdK0oGzsS"
    ),
    "RSA-4096-PSS": b64decode(
        "cAmt3C3Tnsx6KIwBary/nBVC4fg5pOd1xadEW2CzoAKMJFM+7rPbkgtBf/ao2i4JliHMMBFUzU54sa98+ly53Hy4MYI1E1nILskn"
        "5CGcgvLu5nVkkImPiluTpVI/JaqBQWd98zVvBpcuA7+90Bka4I6TyWUUsER0V3JjPb8/49zhNtxatb7D4KDyhyBq70NycFq/wmNH"
        "MWTqFTR0jQnmvBNQHpsTNg1juXT5iWbyUyavq16R40E7nBBhmsONFX4S3gm4/biS28w8ogS2hdUbpgx4fOw75b3gHI8kOJEhRwwh"
        "WcznE7b1FgigoU72ixdkJM78J3LrNf1RX0PXPkGNBzMKQYIUN9x2wVV9PbxK89f0wZ1FhcHNSQefrAchhynjEEZc3iE46dIgeHlN"
        "qJn0kcosIAkupCOB5JnKm5lgcle/nIL23RW1CN34KUU2TfLeYMruOQcSeiJGMGy01+r7bgS9k61/tgCiHe96axeMJ2viT5ES38KK"
        "AKzlFZxjpn09okl4Sidxs2o+lvSQsBiN26maqyMYXTyUIzTi0vYad8dmJ6QLhVUFGU7E06JGydbp0S0Fe6I3KGLyr6U93R+1YD7t"
        "o1GjZK+wgjpo93L1Ka1gg4J0O9FC9UMgrnGMjOGBOgoLn+XvMMFB5KxH3R6CIqqN/0l/CoAyrFHCqQJlJ6E="
    ),
    "RSA-4096-PSS-SHA512": b64decode(
        "TSTaUU9S/yUlsmc4Bepb9n36EHn4Z3dfrbOF7eOw661aQoLqyCJqwIXm9gBSOtA4oJVWld4O3GxXcEPYKjETEs7px3jTuoKLi4H7"
        "Xjry6ShIAsEZUgTdrcjJpxBojQU4vitsHPaEp/hayqXfvm8jZbjhJCchRACI1zEJjM3/77gVzlis4JiMpP3LfUX9ibleGwxn0Oee"
        "I2PvaoPJ2E+rl/lbg/Oc5BfD6uRR6ZWKUHIzqqGU5lPcnJjFJUxaH7eMfWcwyJZQbVniH4zqLtBzK1oab0Og14n/R2+vn1/wHEKk"
        "ZCsvHi63WYzsPkfiT1izc/FRjm1nf37HRreezpWPzPApkjJI+GBe3MB6KIlygnjPvftnMGUDjGSDbcv8lYzChz25yeXbeeMy6o4y"
        "L3DHKDRBYE3+5fkMh78uDfuI6BqPLZjrp6dZ0NsNfH16JzA4sp6jqNe3p1K+oHdMv45o6ktSzslzSnS7jUraHLqlD1nCbqfm1wlG"
        "jLNL2GWvWPLly7/kX/EuBCegurmS/emwXCVkoBcaC44VtMNIirQfVCxhuAWth3uR6AUMsoHZAzQtbLrarJ6EqZTKQF+nZoERIZvs"
        "+oVLsD6cS/4SKcyuUHqVH7Olhmd6Azt/rRMwqM8vl6uW4f9hA15APQrwcE0NCX5wR1TOO9L7EHfndSnJ2L0="
    ),
}
