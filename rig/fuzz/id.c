// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each id has stood for: one picture, and never another one later, for as
 * long as the vGPU is open. Who opens it next starts with ids of its own.
 *
 * The table forgets ids that are TABLE_SIZE younger ones ago.
 */
#include <string.h>

#include "fuzz.h"

#define TABLE_SIZE	(256u * 1024)

/**
 * struct id - one id
 * @info: what the first QUERY said
 * @opening: of the vGPU in which it was first seen
 * @begun: it was seen after so many resets had begun, and fewer never
 * @digest: of the guest pages behind it, if @has_digest
 */
struct id {
	struct vfio_device_gfx_plane_info info;
	unsigned int opening, begun;
	__u64 digest;
	bool has_digest;
};

static struct id table[TABLE_SIZE];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct id *find(unsigned int opening, __u32 id)
{
	struct id *entry = &table[id % TABLE_SIZE];

	return entry->opening == opening && entry->info.dmabuf_id == id ?
		       entry : NULL;
}

/* Where a plane is does not change what it shows. */
static bool same_picture(const struct vfio_device_gfx_plane_info *a,
			 const struct vfio_device_gfx_plane_info *b)
{
	return a->drm_format == b->drm_format &&
	       a->drm_format_mod == b->drm_format_mod &&
	       a->width == b->width && a->height == b->height &&
	       a->stride == b->stride && a->size == b->size;
}

void id_seen(struct worker *w, const struct vfio_device_gfx_plane_info *info,
	     unsigned int ended, unsigned int begun)
{
	const __u32 id = info->dmabuf_id;
	struct id *entry;

	if (!id)
		fail(w, "a picture has id 0");

	pthread_mutex_lock(&lock);
	entry = find(w->f->opening, id);
	if (!entry) {
		entry = &table[id % TABLE_SIZE];
		/* An older one that is answered again would push this out. */
		if (entry->opening < w->f->opening ||
		    id > entry->info.dmabuf_id)
			*entry = (struct id){
				.info = *info,
				.opening = w->f->opening,
				.begun = begun,
			};
	} else {
		if (!same_picture(&entry->info, info))
			fail(w, "id %u was %ux%u, stride %u, and is %ux%u, stride %u",
			     id, entry->info.width, entry->info.height,
			     entry->info.stride, info->width, info->height,
			     info->stride);
		if (ended > entry->begun)
			fail(w, "id %u outlived a reset", id);
		if (begun < entry->begun)
			entry->begun = begun;
	}
	pthread_mutex_unlock(&lock);
}

bool id_is_dead(struct worker *w, __u32 id, unsigned int ended)
{
	const struct id *entry;
	bool dead = false;

	pthread_mutex_lock(&lock);
	entry = find(w->f->opening, id);
	if (entry)
		dead = ended > entry->begun;
	pthread_mutex_unlock(&lock);
	return dead;
}

void id_shows(struct worker *w, const struct picture *p, __u64 digest)
{
	struct id *entry;

	pthread_mutex_lock(&lock);
	entry = find(p->opening, p->info.dmabuf_id);
	if (entry && entry->has_digest && entry->digest != digest)
		fail(w, "id %u shows other pages than before",
		     p->info.dmabuf_id);
	if (entry) {
		entry->digest = digest;
		entry->has_digest = true;
	}
	pthread_mutex_unlock(&lock);
}
