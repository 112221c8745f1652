/* The end of one kind of processor: what was defined for it is defined no more. */
#undef SMSCORE_KIND
#undef SMSCORE_TARGET
#undef SMSCORE_VECTOR
#undef SMSCORE_LOAD
#undef SMSCORE_TABLE
#undef SMSCORE_FILL
#undef SMSCORE_AND
#undef SMSCORE_OR
#undef SMSCORE_EQUAL
#undef SMSCORE_LOOK_UP
#undef SMSCORE_SHIFT_RIGHT_4
#undef SMSCORE_SHIFT_LEFT
#undef SMSCORE_IS_TAIL
#undef SMSCORE_ANY_HIGH
#undef SMSCORE_ANY
#undef SMSCORE_HIGH_MASK
