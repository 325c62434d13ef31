#ifndef MALAPOSTA_CHOST_SHIM_H
#define MALAPOSTA_CHOST_SHIM_H

#include <sys/timex.h>

/* unistd.h shows it to those who ask for GNU's own, which Swift's module of it does not. */
extern int syncfs(int descriptor);

#endif
