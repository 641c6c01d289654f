import { createRoute, notFound } from '@tanstack/react-router';
import { currentBrand } from '../api/client.ts';
import { brandsOf, HereContext } from '../api/session.ts';
import { signedInRoute } from './root-route.tsx';
import { Shell } from './Shell.tsx';

/** The pages of one brand. Their loaders get `brand` and `session` in the context. */
export const brandRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/$brand',
  beforeLoad: ({ context, params }) => {
    const brand = brandsOf(context.session).find(({ slug }) => slug === params.brand);
    if (!brand) throw notFound();
    currentBrand.set(brand.id);
    return { brand };
  },
  component: function BrandPages() {
    const { brand, session } = brandRoute.useRouteContext();
    return (
      <HereContext value={{ brand, session }}>
        <Shell />
      </HereContext>
    );
  },
});
