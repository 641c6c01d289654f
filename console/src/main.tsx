import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query.ts';
import { router } from './router.tsx';
import { SubjectsContext } from './shell/subject.ts';
import { subjects } from './subjects.ts';

createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    {/* The policy of the pages allows no inline style elements. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <SubjectsContext value={subjects}>
          <RouterProvider router={router} />
        </SubjectsContext>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
