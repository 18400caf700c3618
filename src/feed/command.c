// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/command.h"

#include "base/confine.h"
#include "feed/message.h"

int command_run(const struct command *command, int argc, char **argv)
{
	int err = 0;

	if (command->confinement != COMMAND_CONFINED_LATER)
		err = confine_system_calls(command->confinement == COMMAND_CONFINED_BUT_HOOKS);
	else if (!command->passes_rights)
		err = confine_refuse_new_privileges();
	if (err)
		message_not_confined(err);
	return command->run(argc, argv);
}
