/*
 * What the parts of the computenetwork stand-in share: a library with the C interface of computenetwork.dll.
 * Entities (networks, endpoints, namespaces) are files, one each, in a folder that all processes of a test share,
 * because HCN's outlive the process that made them.
 *
 * It is stricter than the real thing: HNS passes over most fields that it does not know and takes numbers for
 * names; here an unknown, misplaced or mistyped field is refused with HCN_E_INVALID_JSON, so that a slip of ours
 * cannot hide.
 */
#ifndef COMPUTENETWORK_H
#define COMPUTENETWORK_H

#include "stand-in.h"

#define HCN_NETWORK_NOT_FOUND HR(0x803B0001u)
#define HCN_ENDPOINT_NOT_FOUND HR(0x803B0002u)
#define HCN_INVALID_NETWORK HR(0x803B000Au)
#define HCN_INVALID_NETWORK_TYPE HR(0x803B000Bu)
#define HCN_INVALID_POLICY HR(0x803B000Du)
#define HCN_NETWORK_ALREADY_EXISTS HR(0x803B0010u)
#define HCN_PORT_ALREADY_EXISTS HR(0x803B0013u)
#define HCN_ENDPOINT_ALREADY_ATTACHED HR(0x803B0014u)
#define HCN_REQUEST_UNSUPPORTED HR(0x803B0015u)
#define HCN_MAPPING_NOT_SUPPORTED HR(0x803B0016u)
#define HCN_INVALID_JSON HR(0x803B001Bu)
#define HCN_ENDPOINT_NAMESPACE_ALREADY_EXISTS HR(0x803B002Bu)
#define HCN_ENTITY_HAS_REFERENCES HR(0x803B002Cu)
#define HCN_INVALID_INTERNAL_PORT HR(0x803B002Du)
#define HCN_ADDR_INVALID_OR_RESERVED HR(0x803B002Fu)
#define HCN_INVALID_SUBNET HR(0x803B0032u)

enum entity { NETWORK, ENDPOINT, NAMESPACE, ENTITIES };

/* ---- computenetwork-store.c ---- */
/* Every process' calls, one after the other. Not to be held while the bridge is waited for. */
void store_lock(void);
void store_unlock(void);
/* Ids are GUIDs in lower case. With the lock. */
struct json *store_read(enum entity entity, const char *id); /* NULL where there is none; json_free() */
void store_write(enum entity entity, const char *id, const struct json *value);
bool store_remove(enum entity entity, const char *id);
/* All of them, as the members of an object; json_free(). */
struct json *store_all(enum entity entity);

char *json_write(const struct json *value); /* free() */
/* Sets or replaces a member by the value of a text; NULL removes it. */
void json_put(struct json *object, const char *key, const char *text);

/* ---- computenetwork-schema.c ---- */
/* NULL where the value is of the type; else what is wrong, naming the field; free(). */
char *hcn_problem(const struct json *value, const char *type, int64_t build);

/* ---- computenetwork-faults.c ---- */
/* Delays and hangs as configured. HR_OK, or what the call has to return; `record` is the error record's text then. */
HRESULT hcn_fault(const char *function, char **record);
int64_t hcn_build(void);

#endif
