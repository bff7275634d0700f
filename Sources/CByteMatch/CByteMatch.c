#include "CByteMatch.h"
