/* Which implementations this processor has, and the one that is used.
 *
 * The law of this file: asked for one that is not there, there is none; nothing else is taken
 * instead.
 */

#if defined(SMSCORE_X86) && defined(_MSC_VER) && !defined(__clang__)
static int smscore_has_features(int wanted)
{
    /* By leaf and register: SSSE3 and POPCNT; AVX2, BMI and BMI2; AVX-512 F, BW, VL and VBMI. */
    int basic[4], extended[4];
    unsigned long long enabled;
    __cpuidex(basic, 1, 0);
    if (wanted == 16)
        return (basic[2] >> 9 & 1) && (basic[2] >> 23 & 1);
    if (!(basic[2] >> 27 & 1))
        return 0;
    enabled = _xgetbv(0);
    __cpuidex(extended, 7, 0);
    if ((enabled & 0x06) != 0x06 || (extended[1] & 0x128) != 0x128 || !(basic[2] >> 23 & 1))
        return 0;
    if (wanted == 32)
        return 1;
    return (enabled & 0xE6) == 0xE6 && (extended[1] >> 16 & 1) && (extended[1] >> 30 & 1)
           && (extended[1] >> 31 & 1) && (extended[2] >> 1 & 1);
}
#elif defined(SMSCORE_X86)
static int smscore_has_features(int wanted)
{
    __builtin_cpu_init();
    if (wanted == 16)
        return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("popcnt");
    if (wanted == 32)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
               && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    return smscore_has_features(32) && __builtin_cpu_supports("avx512f")
           && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("avx512vbmi");
}
#endif

/* The names of the implementations, the best last. */
static const char *const smscore_run_names[] = {"scalar", "16", "avx2", "avx512"};

/* Finds an implementation by its name; NULL if this processor has none of that name. */
static smscore_run smscore_find_run(const char *name)
{
    if (strcmp(name, "scalar") == 0)
        return smscore_run_scalar;
#if defined(SMSCORE_X86)
    if (strcmp(name, "16") == 0 && smscore_has_features(16))
        return smscore_run_16;
    if (strcmp(name, "avx2") == 0 && smscore_has_features(32))
        return smscore_run_avx2;
    if (strcmp(name, "avx512") == 0 && smscore_has_features(64))
        return smscore_run_avx512;
#elif defined(SMSCORE_NEON)
    if (strcmp(name, "16") == 0)
        return smscore_run_16;
#endif
    return NULL;
}
